/** Parameters reach the engine as facts of their own; no fact's name can hold a dot. */
export const paramFact = (name: string): string => `param.${name}`;
