import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./imports.ts";
import { withPicture } from "./picture.ts";

/** `npm run house`: draws the rooms, their floors and the walk of one event into the README. */
const readme = join(root, "README.md");
writeFileSync(readme, withPicture(readFileSync(readme, "utf8")));
