/** A column of a table: what its cells are held against, and how it is headed. */
export type Input = { readonly variable: string; readonly label?: string; readonly allowed?: string };

export type Table = {
  readonly hitPolicy?: string;
  readonly inputs: readonly Input[];
  readonly outputLabel?: string;
  readonly outputs?: string;
  readonly otherwise?: string;
  /** Cells, and last the output. */
  readonly rules: readonly (readonly string[])[];
};

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const text = (value: string) => `<text>${escaped(value)}</text>`;

function inputOf({ variable, label, allowed }: Input, at: number): string {
  const values = allowed === undefined ? "" : `<inputValues>${text(allowed)}</inputValues>`;
  const heading = label === undefined ? "" : ` label="${escaped(label)}"`;
  const expression = `<inputExpression id="e${at}" typeRef="string">${text(variable)}</inputExpression>`;
  return `      <input id="i${at}"${heading}>${expression}${values}</input>`;
}

function ruleOf(cells: readonly string[], at: number): string {
  const entries = cells
    .slice(0, -1)
    .map((cell, index) => `<inputEntry id="r${at}c${index}">${text(cell)}</inputEntry>`);
  return `      <rule id="r${at}">${entries.join("")}<outputEntry id="r${at}o">${text(cells.at(-1) ?? "")}</outputEntry></rule>`;
}

/** The table as a modeller writes it, in DMN 1.3: a line for each input, and then one for the output and each rule. */
export function dmnFile({ hitPolicy = "UNIQUE", inputs, outputLabel = "Approver", outputs, otherwise, rules }: Table) {
  const said = [
    ...(outputs === undefined ? [] : [`<outputValues>${text(outputs)}</outputValues>`]),
    ...(otherwise === undefined ? [] : [`<defaultOutputEntry>${text(otherwise)}</defaultOutputEntry>`]),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="DRD" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="approval" name="Approval">
    <decisionTable id="t" hitPolicy="${hitPolicy}">
${inputs.map(inputOf).join("\n")}
      <output id="o" label="${outputLabel}" typeRef="string">${said.join("")}</output>
${rules.map(ruleOf).join("\n")}
    </decisionTable>
  </decision>
</definitions>
`;
}
