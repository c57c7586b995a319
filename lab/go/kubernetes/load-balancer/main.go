// Command load-balancer stands in for a cloud's load balancer controller: every Service of type
// LoadBalancer gets one and the same address, which kube-proxy then serves on the node.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/netip"
	"os/signal"
	"reflect"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// How often every Service is looked at again; this also repeats a patch that failed.
const resync = 10 * time.Second

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file that says how to reach the cluster")
	address := flag.String("address", "", "the address that every LoadBalancer Service gets")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *address); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, kubeconfig, address string) error {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	assign := func(object any) {
		service, ok := object.(*corev1.Service)
		if !ok {
			return
		}
		if err := reconcile(ctx, client, service, ip); err != nil && !errors.Is(err, context.Canceled) {
			log.Printf("%s/%s: %v", service.Namespace, service.Name, err)
		}
	}
	factory := informers.NewSharedInformerFactory(client, resync)
	_, err = factory.Core().V1().Services().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    assign,
		UpdateFunc: func(_, object any) { assign(object) },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	factory.Shutdown()
	return nil
}

// reconcile gives a LoadBalancer Service its address, and takes it back from one that is none any more.
func reconcile(ctx context.Context, client kubernetes.Interface, service *corev1.Service, ip netip.Addr) error {
	if service.DeletionTimestamp != nil {
		return nil
	}
	want := []corev1.LoadBalancerIngress{}
	if service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Spec.LoadBalancerClass == nil {
		mode := corev1.LoadBalancerIPModeVIP
		want = append(want, corev1.LoadBalancerIngress{IP: ip.String(), IPMode: &mode})
	}
	have := service.Status.LoadBalancer.Ingress
	if len(have) == len(want) && (len(want) == 0 || reflect.DeepEqual(have, want)) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{
		"status": map[string]any{"loadBalancer": map[string]any{"ingress": want}},
	})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Services(service.Namespace).
		Patch(ctx, service.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err == nil {
		log.Printf("%s/%s: %v", service.Namespace, service.Name, want)
	}
	return err
}
