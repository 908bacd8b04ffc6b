/** The document as d3 uses it: a tree whose nodes stand in one place, written as XML. */
import { describe, expect, it } from 'vitest';
import { SvgDocument, svgText } from './svg-document.ts';

const document = new SvgDocument();
const make = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);

describe('SvgElement', () => {
  it('a node that is put elsewhere leaves its place', () => {
    const [a, b, child] = [make('g'), make('g'), make('path')];
    a.appendChild(child);
    b.appendChild(child);
    expect([a.childNodes.length, b.firstChild, child.parentNode]).toEqual([0, child, b]);
  });

  it('inserts before a child, and refuses a stranger', () => {
    const [parent, first, second] = [make('g'), make('a'), make('b')];
    parent.appendChild(second);
    parent.insertBefore(first, second);
    expect(parent.children.map(({ localName }) => localName)).toEqual(['a', 'b']);
    expect(() => parent.insertBefore(make('c'), make('d'))).toThrow('<g> does not hold');
  });

  it('moving a node within its parent keeps it once', () => {
    const [parent, first, second] = [make('g'), make('a'), make('b')];
    parent.appendChild(first);
    parent.appendChild(second);
    parent.insertBefore(second, first);
    parent.appendChild(second);
    expect(parent.children.map(({ localName }) => localName)).toEqual(['a', 'b']);
  });

  it('text replaces what was there', () => {
    const text = make('text');
    text.appendChild(make('tspan'));
    text.textContent = 'x';
    expect([text.children.length, text.textContent]).toEqual([0, 'x']);
  });

  it('attributes are there, or null', () => {
    const node = make('g');
    node.setAttributeNS(null, 'x', 1);
    expect([node.getAttribute('x'), node.hasAttribute('x'), node.getAttribute('y')]).toEqual([
      '1',
      true,
      null,
    ]);
    node.removeAttribute('x');
    expect(node.hasAttribute('x')).toBe(false);
  });
});

describe('svgText', () => {
  it('escapes what XML would read, and leaves out what it cannot hold', () => {
    const root = make('svg');
    root.setAttribute('aria-label', '"<&>"');
    root.appendChild(make('text')).textContent = 'a<b\u0000&\n';
    expect(svgText(root)).toBe(
      '<svg aria-label="&quot;&lt;&amp;&gt;&quot;" xmlns="http://www.w3.org/2000/svg"><text>a&lt;b &amp;\n</text></svg>\n',
    );
  });
});
