/** A case as it went. */
export function Timeline({ caseId }: { readonly caseId: string }) {
  return <p>{caseId}</p>;
}
