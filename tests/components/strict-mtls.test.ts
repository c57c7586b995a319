import { expect } from "chai";

import { StrictMtls } from "../../components/control-plane/strict-mtls";
import { recordComponent, shapeOf } from "../support/component";
import { registered } from "../support/recorder";

describe("StrictMtls", () => {
    it("refuses plain text in the whole mesh, by the policy of the root namespace", async () => {
        const { registrations } = await recordComponent(
            (opts) => new StrictMtls("strict-mtls", { namespace: "istio-system" }, opts),
        );
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:StrictMtls strict-mtls",
            "kubernetes:security.istio.io/v1:PeerAuthentication strict-mtls-policy in strict-mtls",
        ]);
        const { inputs, provider } = registered(registrations, "strict-mtls-policy");
        expect(inputs["metadata"]).to.deep.equal({ name: "default", namespace: "istio-system" });
        expect(inputs["spec"]).to.deep.equal({ mtls: { mode: "STRICT" } });
        expect(provider).to.equal("cluster");
    });
});
