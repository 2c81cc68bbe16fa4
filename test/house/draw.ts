import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withGraphPictures } from "./graphs.ts";
import { root } from "./imports.ts";
import { withPicture } from "./picture.ts";

/** `npm run house`: draws the rooms, their floors and the walk of one event into the README, and the agents' graphs into theirs. */
const readme = join(root, "README.md");
writeFileSync(readme, withPicture(readFileSync(readme, "utf8")));
const agents = join(root, "agents", "README.md");
writeFileSync(agents, withGraphPictures(readFileSync(agents, "utf8")));
