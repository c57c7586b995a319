import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/", "**/*.mjs"] },
    {
        files: ["**/*.ts"],
        extends: [...tseslint.configs.strictTypeChecked, prettier],
        plugins: { "@pulumi": pulumi },
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@pulumi/no-output-instance-in-template-literal": "error",
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
        },
    },
    {
        files: ["components/topology/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                { patterns: ["@pulumi/kubernetes*", "@pulumi/random*"], paths: ["@pulumi/pulumi"] },
            ],
        },
    },
    {
        files: ["components/**/*.ts"],
        rules: { "no-restricted-imports": ["error", { patterns: ["**/lab/**", "**/cli/**"] }] },
    },
    {
        files: ["tests/**/*.ts"],
        rules: {
            "@typescript-eslint/no-unused-expressions": "off",
            "max-lines": "off",
        },
    },
);
