/**
 * The part of a browser's document that Observable Plot draws with: elements, attributes, text, and the SVG text they make.
 * No styles are computed, nothing is measured, no events arrive: Plot lays out without them. A whole browser document
 * (jsdom, linkedom) would bring parsers and style sheets that nothing here uses.
 */

const SVG = 'http://www.w3.org/2000/svg';

class TextNode {
  readonly textContent: string;
  parentNode: SvgElement | null = null;

  constructor(text: string) {
    this.textContent = text;
  }
}

type Child = SvgElement | TextNode;

/** An element, with the names of the DOM that d3-selection and Plot use. */
export class SvgElement {
  readonly localName: string;
  readonly ownerDocument: SvgDocument;
  readonly namespaceURI = SVG;
  readonly childNodes: Child[] = [];
  readonly attributes = new Map<string, string>();
  parentNode: SvgElement | null = null;

  constructor(localName: string, ownerDocument: SvgDocument) {
    this.localName = localName;
    this.ownerDocument = ownerDocument;
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  /** Names with a prefix, as `xlink:href`, are kept as they are. */
  setAttributeNS(_namespace: string | null, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  appendChild<Node extends Child>(child: Node): Node {
    return this.insertBefore(child, null);
  }

  insertBefore<Node extends Child>(child: Node, before: Child | null): Node {
    child.parentNode?.removeChild(child);
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    if (at < 0) throw new Error(`<${this.localName}> does not hold the node to insert before`);
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }

  removeChild<Node extends Child>(child: Node): Node {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  get children(): SvgElement[] {
    return this.childNodes.filter((child) => child instanceof SvgElement);
  }

  get firstChild(): Child | null {
    return this.childNodes[0] ?? null;
  }

  get textContent(): string {
    return this.childNodes.map((child) => child.textContent ?? '').join('');
  }

  set textContent(text: string) {
    this.childNodes.length = 0;
    if (text !== '') this.appendChild(new TextNode(text));
  }
}

/** What is given to Plot as `document`. Everything made is SVG. */
export class SvgDocument {
  readonly documentElement = new SvgElement('svg', this);

  /** Called by d3 with a namespace before the name. */
  createElementNS(...names: readonly [string] | readonly [string, string]): SvgElement {
    return new SvgElement(names[names.length - 1], this);
  }

  createTextNode(text: string): TextNode {
    return new TextNode(text);
  }
}

/** The element as a file of its own. */
export function svgText(root: SvgElement): string {
  root.setAttribute('xmlns', SVG);
  return `${written(root)}\n`;
}

function written(node: Child): string {
  if (node instanceof TextNode) return escaped(node.textContent);
  const attributes = [...node.attributes].map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
  if (node.childNodes.length === 0) return `<${node.localName}${attributes}/>`;
  return `<${node.localName}${attributes}>${node.childNodes.map(written).join('')}</${node.localName}>`;
}

/** Control characters other than tab and line feed are no XML at all. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
