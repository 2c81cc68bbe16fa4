import { DOMParser, ParseError, type Element } from "@xmldom/xmldom";

/** An element of an XML document, with the line that it begins on, from 1. */
export type XmlElement = {
  /** Its name without a prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly line: number;
  readonly column: number;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly XmlElement[];
  /** All text within, comments left out. */
  readonly text: string;
};

export type Xml =
  | { readonly kind: "read"; readonly root: XmlElement }
  | { readonly kind: "unreadable"; readonly line: number; readonly column: number; readonly message: string };

function elementOf(element: Element): XmlElement {
  const children: XmlElement[] = [];
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType === node.ELEMENT_NODE) {
      const child = elementOf(node as Element);
      children.push(child);
      text += child.text;
    } else if (node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE) {
      text += node.nodeValue ?? "";
    }
  }
  return {
    name: element.localName ?? element.nodeName,
    namespace: element.namespaceURI ?? "",
    line: element.lineNumber ?? 1,
    column: element.columnNumber ?? 1,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    children,
    text,
  };
}

/** Reads an XML document without a document type: entities of its own could make it say another thing than it shows. */
export function readXml(text: string): Xml {
  let said = "";
  try {
    const document = new DOMParser({
      onError: (_level, message) => {
        said ||= message;
        throw new Error(message);
      },
    }).parseFromString(text, "text/xml");
    if (document.doctype !== null) {
      return { kind: "unreadable", line: document.doctype.lineNumber ?? 1, column: 1, message: "a document type" };
    }
    return document.documentElement === null
      ? { kind: "unreadable", line: 1, column: 1, message: "an empty document" }
      : { kind: "read", root: elementOf(document.documentElement) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { lineNumber = 1, columnNumber = 1 } = (error.locator ?? {}) as {
      lineNumber?: number;
      columnNumber?: number;
    };
    return { kind: "unreadable", line: lineNumber, column: columnNumber, message: said || error.message };
  }
}

/** The children of a name, in their order. */
export const named = ({ children }: XmlElement, name: string): readonly XmlElement[] =>
  children.filter((child) => child.name === name);
