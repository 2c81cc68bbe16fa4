import type { Task } from "../task.ts";
import { requests } from "./requests.ts";
import { texts } from "./texts.ts";

/** Every task, under a name of its own. */
export const evalSet: readonly Task[] = [...requests, ...texts];
