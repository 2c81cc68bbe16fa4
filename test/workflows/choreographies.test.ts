import { expect, test } from "vitest";
import { functions, type Choreography } from "../../functions/index.ts";
import * as workflows from "../../workflows/index.ts";

/** Does not compile while a function names a choreography that is not exported. */
const exported: { readonly [name: string]: unknown } = workflows satisfies { readonly [Name in Choreography]: unknown };

test.for(Object.values(functions).filter(({ choreography }) => choreography !== undefined))(
  "`$id` names a choreography that the worker registers, and steps as its actions do",
  ({ choreography = "", actions }) => {
    expect(exported[choreography]).toBeTypeOf("function");
    for (const { id, step } of actions) expect(id.slice(id.lastIndexOf(".") + 1)).toBe(step);
  },
);
