import { compliance } from "../../agents/roles/compliance.ts";
import { intelligence } from "../../agents/roles/intelligence.ts";
import { orchestration } from "../../agents/roles/orchestration.ts";

/** The agents' graphs, by role. */
export const graphs = { intelligence, orchestration, compliance } as const;

const MARKS = ["<!-- graphs: drawn by `npm run house` -->", "<!-- /graphs -->"] as const;

/** Each graph as LangGraph draws it. A dotted line is a way that the step itself chooses. */
export function graphPictures(): string {
  return Object.entries(graphs)
    .map(([role, graph]) => {
      const lines = graph.getGraph().drawMermaid({ withStyles: false }).trim().replaceAll("\t", "  ");
      return `**${role[0]?.toUpperCase()}${role.slice(1)}**\n\n\`\`\`mermaid\n${lines}\n\`\`\``;
    })
    .join("\n\n");
}

/** The pictures that the agents' README holds, without its marks. */
export function graphPicturesIn(readme: string): string {
  const [, rest = ""] = readme.split(`${MARKS[0]}\n`);
  return rest.split(`\n${MARKS[1]}`)[0] ?? "";
}

/** The README with the pictures of now in place of those it holds. */
export function withGraphPictures(readme: string): string {
  return readme.replace(`${MARKS[0]}\n${graphPicturesIn(readme)}`, () => `${MARKS[0]}\n${graphPictures()}`);
}
