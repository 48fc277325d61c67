// The body of a function run in the page: (kind, value, name) -> the elements that can be seen, best first.
const [kind, value, name] = arguments;

const text = 'input:not([type]), input[type=text], input[type=email], input[type=url], input[type=password], textarea';
const native = {
  button: 'button, input[type=submit], input[type=button], summary',
  link: 'a[href]',
  textbox: text,
  searchbox: 'input[type=search]',
  spinbutton: 'input[type=number]',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  combobox: 'select',
  option: 'option',
  dialog: 'dialog[open], [role=alertdialog]',
  heading: 'h1, h2, h3, h4, h5, h6',
  row: 'tr',
  cell: 'td',
  columnheader: 'th',
  table: 'table',
  listitem: 'li',
  navigation: 'nav',
  main: 'main',
  img: 'img, svg[role=img]',
  status: 'output',
};

const squeeze = (words) => (words || '').replace(/\s+/g, ' ').trim();

function label(element) {
  const ids = (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
  const labelled = ids.map((id) => document.getElementById(id)?.textContent || '').join(' ');
  const own = [...(element.labels || [])].map((one) => one.textContent).join(' ');
  const candidates = [labelled, element.getAttribute('aria-label'), own, element.getAttribute('alt')];
  const isField = element.matches('input, textarea, select');
  candidates.push(isField ? element.getAttribute('placeholder') : element.textContent, element.getAttribute('title'));
  return squeeze(candidates.find((candidate) => squeeze(candidate)));
}

function seen(element) {
  if (!element.isConnected || element.closest('[inert], [aria-hidden=true]')) return false;
  if (element.matches('option')) return true;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
}

function named(elements) {
  const wanted = squeeze(name);
  if (!wanted) return elements;
  const exact = elements.filter((element) => label(element) === wanted);
  return exact.length ? exact : elements.filter((element) => label(element).includes(wanted));
}

function holdingText() {
  const wanted = squeeze(name);
  const all = [...document.body.querySelectorAll('*')].filter((element) => !element.matches('script, style'));
  const holding = all.filter((element) => squeeze(element.textContent).includes(wanted) && seen(element));
  const innermost = holding.filter((element) => !holding.some((other) => other !== element && element.contains(other)));
  const exact = innermost.filter((element) => squeeze(element.textContent) === wanted);
  return exact.length ? exact : innermost;
}

function candidates() {
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  if (kind === 'testid') return all(`[data-testid="${CSS.escape(value)}"]`);
  if (kind === 'css') return all(value);
  if (kind === 'text') return holdingText();
  if (kind === 'field') return named(all('input, textarea, select, [role=combobox], [role=textbox], [role=switch]'));
  const plain = native[value] ? all(native[value]).filter((element) => !element.hasAttribute('role')) : [];
  return named([...new Set([...all(`[role="${value}"]`), ...(value === 'dialog' ? all(native.dialog) : plain)])]);
}

const dialogs = [...document.querySelectorAll('dialog[open], [role=dialog], [role=alertdialog]')].filter(seen);
const front = dialogs.at(-1);
const found = candidates();
return front ? [...found.filter((e) => front.contains(e)), ...found.filter((e) => !front.contains(e))] : found;
