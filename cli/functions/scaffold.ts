/** What a new function's files call it by. */
export type Names = {
  readonly id: string;
  /** `swagRequest` and `SwagRequest` for `swag-request`. */
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
  readonly code: string;
  readonly type: string;
};

type Given = { readonly title?: string; readonly code?: string; readonly type?: string };

export function namesOf(id: string, { title, code, type }: Given): Names {
  const words = id.split("-");
  const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
  const pascal = words.map(capital).join("");
  return {
    id,
    camel: `${pascal.slice(0, 1).toLowerCase()}${pascal.slice(1)}`,
    pascal,
    title: title ?? capital(words.join(" ")),
    code: code ?? words.map((word) => word.slice(0, 1).toUpperCase()).join(""),
    type: type ?? id,
  };
}

/** Each file of a new function, and the template beside this file that it is filled from. */
export function filesOf({ id }: Names): readonly { readonly template: string; readonly file: string }[] {
  return [
    { template: "function.ts.txt", file: `functions/${id}/function.ts` },
    { template: "action.ts.txt", file: `functions/${id}/${id}.ts` },
    { template: "agent.ts.txt", file: `functions/${id}/agent.ts` },
    { template: "fixture.ts.txt", file: `functions/${id}/fixture.ts` },
    { template: "policy.yaml.txt", file: `policies/${id}.yaml` },
    { template: "cases.yaml.txt", file: `policies/${id}.test.yaml` },
    { template: "test.ts.txt", file: `test/functions/${id}.test.ts` },
  ];
}

/** A template with its `{{names}}` filled in. */
export function filled(template: string, { id, camel, pascal, title, code, type }: Names): string {
  const values: { readonly [name: string]: string } = { id, camel, Pascal: pascal, title, code, type };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The registry with the function's two lines; undefined where it has no place for them. */
export function withRegistration(registry: string, { id, camel }: Names): string | undefined {
  const list = /^const registered\b[^=]*= \[\n/m;
  const imports = [...registry.matchAll(/^import .* from "\.\/[^"]+\/function\.ts";\n/gm)].at(-1);
  if (imports === undefined || !list.test(registry)) return undefined;
  const end = imports.index + imports[0].length;
  const imported = `import { ${camel}Function } from "./${id}/function.ts";\n`;
  return `${registry.slice(0, end)}${imported}${registry.slice(end)}`.replace(
    list,
    (opening) => `${opening}  ${camel}Function,\n`,
  );
}

/** The README with the function's row at the end of its table; undefined where there is no table. */
export function withRow(readme: string, { id, code, title }: Names): string | undefined {
  const table = /^\| F1 \|.*\n(?:\|.*\n)*/m;
  if (!table.test(readme)) return undefined;
  return readme.replace(
    table,
    (rows) => `${rows}| ${code} | ${title} | own | grant | **runs**: \`policies/${id}.yaml\` |\n`,
  );
}
