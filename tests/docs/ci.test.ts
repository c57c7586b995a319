import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

import { expect } from "chai";
import { parse } from "yaml";

import { dependencies } from "../../package.json";
import { commentMarker } from "../../cli/preview/markdown";
import { commandsIn, whyUnknown } from "./commands";
import { root } from "./pages";

interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
    readonly permissions: Readonly<Record<string, string>>;
    readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Pipeline {
    readonly preview: Readonly<Record<"before_script" | "script" | "after_script", string[]>>;
}

const folder = join(root, "docs", "ci");

describe("workflows of the pages", () => {
    for (const name of readdirSync(folder)) {
        const text = readFileSync(join(folder, name), "utf8");

        it(`${name} is YAML and runs commands that exist`, () => {
            expect(() => parse(text) as unknown).not.to.throw();
            const commands = commandsIn(text.replace(/^\s*#.*$/gm, ""));
            expect(commands).not.to.be.empty;
            expect(commands.map((command) => whyUnknown(command) ?? "")).to.deep.equal(
                commands.map(() => ""),
            );
            expect(commands.join()).to.include("preview").and.include("--format markdown");
        });

        it(`${name} finds the comment by the marker of the preview`, () => {
            expect(text).to.include(JSON.stringify(commentMarker));
        });

        it(`${name} takes the engine's version from where it is tested with`, () => {
            expect(text).to.include(dependencies["@pulumi/pulumi"]);
        });
    }

    it("of GitHub pin their actions, and may write nothing but comments", () => {
        const workflow = parse(
            readFileSync(join(folder, "github-actions.yml"), "utf8"),
        ) as Workflow;
        const used = Object.values(workflow.jobs).flatMap(({ steps }) =>
            steps.flatMap(({ uses }) => uses ?? []),
        );
        expect(used).not.to.be.empty;
        for (const action of used) {
            expect(action).to.match(/^[\w-]+\/[\w-]+@v\d+(\.\d+)*$/);
        }
        expect(workflow.permissions).to.deep.equal({
            contents: "read",
            "pull-requests": "write",
            "id-token": "write",
        });
    });

    it("of both have scripts that are JavaScript", () => {
        const workflow = parse(
            readFileSync(join(folder, "github-actions.yml"), "utf8"),
        ) as Workflow;
        const pipeline = parse(readFileSync(join(folder, "gitlab-ci.yml"), "utf8")) as Pipeline;
        const script = workflow.jobs["preview"]?.steps.at(-1)?.with?.["script"];
        const heredoc = /<<'END'\n([^]*)\nEND/.exec(pipeline.preview.after_script[0] ?? "")?.[1];
        for (const source of [script, heredoc?.replace(/^import .*$/gm, "")]) {
            expect(source).to.be.a("string");
            // Compiled only: a body with await, as both run it.
            expect(() => new Script(`async () => {${String(source)}}`)).not.to.throw();
        }
    });
});
