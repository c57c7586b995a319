import type { Command } from "commander";

import { scripts } from "../../package.json";
import { createProgram } from "../../cli/program";
import { type Block, codeIn, type Page, proseOf } from "./pages";

/** Commands of this project in a shell text, without what surrounds them. */
export function commandsIn(text: string): readonly string[] {
    return text
        .split("\n")
        .flatMap((line) => line.replace(/\s+#.*$/, "").split(/&&|\|\||[;|]|\$\(|"\$\(/))
        .map((part) => /\b(npx isthmus|npm (?:run|start|test))(?![\w.-]).*/.exec(part)?.[0] ?? "")
        .map((part) => part.replace(/\)"?\s*$|\s+\d?[<>].*$/, "").trim())
        .filter((part) => part !== "");
}

/** Commands that a page shows in its prose, as inline code. */
export function commandsOfPage(page: Page): readonly string[] {
    return codeIn(proseOf(page).replace(/(?<=\S)\n\s*(?=\S)/g, " ")).flatMap(commandsIn);
}

/** Commands that a block of shell shows. */
export function commandsOfBlock({ language, content }: Block): readonly string[] {
    return language === "sh" ? commandsIn(content) : [];
}

/** Why a command cannot be run; `undefined` where it can. */
export function whyUnknown(command: string): string | undefined {
    const [program = "", ...words] = command.split(/\s+/);
    if (program === "npx") {
        return whyRefused(words.slice(1));
    }
    const script = words[0] === "run" ? words[1] : words[0];
    if (script === undefined || !(script in scripts)) {
        return `no script ${script ?? ""}`;
    }
    const separator = words.indexOf("--");
    const handedOver = separator < 0 ? [] : words.slice(separator + 1);
    const [, ...called] = scripts[script as keyof typeof scripts].split(" ");
    return handedOver.length === 0 ? undefined : whyRefused([...called, ...handedOver]);
}

/** What commander says of arguments; a command alone is taken as its name. */
function whyRefused(args: readonly string[]): string | undefined {
    const program = withoutEffects(createProgram());
    try {
        program.parse(args.length === 0 ? ["--help"] : [...args], { from: "user" });
        return undefined;
    } catch (error) {
        const { code, message } = error as Error & { code?: string };
        return code === "commander.helpDisplayed" ? undefined : message;
    }
}

function withoutEffects(command: Command): Command {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0) {
        command.action(() => {});
    }
    command.commands.forEach(withoutEffects);
    return command;
}
