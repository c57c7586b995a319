import { expect } from "chai";

import { scripts } from "../../package.json";
import { commandsIn, commandsOfBlock, commandsOfPage, whyUnknown } from "./commands";
import { blocks, pages } from "./pages";

describe("commands of the pages", () => {
    const shown = [
        ...pages.flatMap((page) =>
            commandsOfPage(page).map((command) => ({ at: page.path, command })),
        ),
        ...blocks.flatMap((block) =>
            commandsOfBlock(block).map((command) => ({ at: block.at, command })),
        ),
    ];

    it("exist, with these arguments", () => {
        const unknown = shown.flatMap(({ at, command }) => {
            const why = whyUnknown(command);
            return why === undefined ? [] : [`${at}: ${command}: ${why}`];
        });
        expect(unknown).to.deep.equal([]);
        expect(shown.length).to.be.greaterThan(40);
    });

    it("are those of package.json that a newcomer needs", () => {
        const named = new Set(shown.map(({ command }) => command.split(" ").slice(0, 3).join(" ")));
        for (const script of ["npm start", "npm test", "npm run lab:down", "npm run test:lab"]) {
            expect([...named]).to.include(script);
        }
        expect(scripts).to.include.keys("start", "test", "lab:down", "test:lab");
    });

    it("are found and refused by this test where they are wrong", () => {
        expect(commandsIn('eval "$(npx isthmus lab env)"')).to.deep.equal(["npx isthmus lab env"]);
        expect(commandsIn("npx isthmus plan --json | jq .  # order")).to.deep.equal([
            "npx isthmus plan --json",
        ]);
        expect(commandsIn("npx isthmus check --json > check.json")).to.deep.equal([
            "npx isthmus check --json",
        ]);
        expect(whyUnknown("npx isthmus plan --mesh FILE")).to.equal(undefined);
        expect(whyUnknown("npx isthmus plan --cloud")).to.match(/unknown option/);
        expect(whyUnknown("npx isthmus plan --format pdf")).to.match(/Allowed choices/);
        expect(whyUnknown("npx isthmus fly")).to.match(/unknown command/);
        expect(whyUnknown("npm run fly")).to.equal("no script fly");
        expect(whyUnknown("npm start -- --clusters 3")).to.equal(undefined);
        expect(whyUnknown("npm start -- --planets 3")).to.match(/unknown option/);
    });
});
