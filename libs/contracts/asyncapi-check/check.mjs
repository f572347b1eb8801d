// Says what the official parser finds in an AsyncAPI document: `check.mjs FILE`; exit code 1 on any error.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
const errors = diagnostics.filter((found) => found.severity === 0);
for (const found of errors) console.log(`${found.path.join(".") || "document"}: ${found.message}`);
if (!document && errors.length === 0) console.log("document: the parser could not read it");
process.exitCode = document && errors.length === 0 ? 0 : 1;
