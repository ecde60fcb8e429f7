// Reads YAML from its input with js-yaml and prints it as JSON.
import { readFile } from "node:fs/promises";
import yaml from "js-yaml";

console.log(JSON.stringify(yaml.load(await readFile("/dev/stdin", "utf8"), { schema: yaml.CORE_SCHEMA })));
