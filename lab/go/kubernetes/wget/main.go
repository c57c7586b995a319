// Command wget is what test pods fetch a URL with. The one of a static busybox crashes as soon as a name is
// looked up, since glibc cannot do that in a static program; Go can.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

type headers http.Header

func (h headers) String() string { return "" }

func (h headers) Set(text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found {
		return errors.New("expected NAME: VALUE")
	}
	http.Header(h).Add(strings.TrimSpace(name), strings.TrimSpace(value))
	return nil
}

func main() {
	sent := headers{}
	_ = flag.Bool("q", false, "say nothing but the answer (always so)")
	showHeaders := flag.Bool("S", false, "show the status and the headers on standard error")
	target := flag.String("O", "-", "file to write the answer to; - is standard output")
	seconds := flag.Int("T", 10, "seconds to wait")
	insecure := flag.Bool("no-check-certificate", false, "accept any certificate")
	flag.Var(sent, "header", "header to send, NAME: VALUE; may be repeated")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	client := &http.Client{
		Timeout: time.Duration(*seconds) * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: *insecure},
		},
	}
	if err := fetch(client, flag.Arg(0), *target, http.Header(sent), *showHeaders); err != nil {
		fmt.Fprintf(os.Stderr, "wget: %v\n", err)
		os.Exit(1)
	}
}

func fetch(client *http.Client, url, target string, sent http.Header, showHeaders bool) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header = sent
	request.Host = sent.Get("Host")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if showHeaders {
		fmt.Fprintf(os.Stderr, "  %s %s\n", answer.Proto, answer.Status)
		_ = answer.Header.WriteSubset(os.Stderr, nil)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("server returned error: %s %s", answer.Proto, answer.Status)
	}
	out := os.Stdout
	if target != "-" {
		if out, err = os.Create(target); err != nil {
			return err
		}
		defer out.Close()
	}
	_, err = io.Copy(out, answer.Body)
	return err
}
