type Child = Node | string | undefined | false;

interface Attributes {
  readonly [name: string]: string | boolean | number | undefined | EventListener;
}

function fill<Part extends Element>(part: Part, attributes: Attributes, children: readonly Child[]): Part {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') part.addEventListener(name, value);
    else part.setAttribute(name, value === true ? '' : String(value));
  }
  part.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return part;
}

/** An HTML element; an attribute that is a function listens to the event of its name. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

/** The part of the page that has the id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no part "${id}".`);
  return found;
}
