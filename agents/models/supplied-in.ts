/** Suppliers whose clients are not installed with Mandate, in the order in which they are told. */
export const suppliers = ["openai", "bedrock", "vertex", "ollama"] as const;
export type SupplierName = (typeof suppliers)[number];

export type SuppliedChoice = {
  readonly supplier: SupplierName;
  /** As the supplier calls it. */
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Absent: the supplier's own address. */
  readonly baseUrl?: string | undefined;
};

const PREFIXED = /^([a-z]+):(.+)$/;

/** The supplier that a configured model names before a colon, and its own name for the model; undefined where it names none. */
export function suppliedIn(model: string): Pick<SuppliedChoice, "supplier" | "model"> | undefined {
  const [, name = "", own = ""] = PREFIXED.exec(model) ?? [];
  const supplier = suppliers.find((one) => one === name);
  return supplier && { supplier, model: own };
}
