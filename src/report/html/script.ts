/**
 * What the script of the page adds: search, filters, order, long lists in pieces, and the state in the address.
 * It moves elements and sets `textContent`, never markup; Trusted Types in the page's policy forbid anything else.
 */
export const script = String.raw`
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  /** Rows of a list that are in the page at once; more are added as the reader comes near its end. */
  const piece = 50;
  /** Rows in all lists that a filter opens by itself. */
  const mostOpened = 100;
  const fields = ['search', 'scope', 'repository', 'sort'];

  const lists = [...document.querySelectorAll('#packages ul.list')].map(toList);
  const flat = lists.find(({ section }) => section.id === 'flat');
  const rows = lists.flatMap((list) => [...list.ul.children].map((item) => ({ item, list, name: item.id, ...item.dataset })));
  for (const row of rows) row.scope = row.name.split('/')[0];
  const byName = new Map(rows.map((row) => [row.name, row]));
  const sections = [...document.querySelectorAll('#packages section.part')];
  const wanted = new Set();
  let matching = rows;
  let opened = '';

  function toList(ul) {
    const group = ul.closest('details.group');
    const more = document.createElement('button');
    more.type = 'button';
    more.className = 'more-rows';
    const list = { ul, group, more, section: ul.closest('section'), wasOpen: group ? group.open : true, rows: [], shown: 0 };
    more.addEventListener('click', () => extend(list));
    ul.after(more);
    // Sight of the end of a list asks for its next piece.
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) extend(list); }, { rootMargin: '400px' }).observe(more);
    return list;
  }
  function extend(list, upTo = list.shown + piece) {
    const next = list.rows.slice(list.shown, upTo);
    list.ul.append(...next.map(({ item }) => item));
    list.shown += next.length;
    const left = list.rows.length - list.shown;
    list.more.hidden = left <= 0;
    list.more.textContent = 'Show ' + Math.min(piece, left) + ' more of ' + left;
  }
  function fill(list, some) {
    list.rows = some;
    list.shown = 0;
    list.ul.replaceChildren();
    list.more.hidden = true;
    list.ul.hidden = some.length === 0;
    if (some.length > 0 && (!list.group || list.group.open)) extend(list);
  }

  function textOf(row) {
    if (row.text === undefined) {
      const parts = [row.item.querySelector('.row'), ...row.item.querySelectorAll('dd, [data-search]')];
      row.text = [row.repository, ...parts.map((part) => part.textContent)].join(' ').toLowerCase();
    }
    return row.text;
  }
  // While nobody types, so that the first search is as quick as the next.
  function prepare(from) {
    for (let at = from; at < Math.min(from + 500, rows.length); at++) textOf(rows[at]);
    if (from + 500 < rows.length) setTimeout(prepare, 0, from + 500);
    else {
      for (const order of Object.keys(orders)) inOrder(order);
      document.documentElement.dataset.prepared = 'true';
    }
  }

  const orders = {
    name: (a, b) => compare(a.name, b.name),
    repository: (a, b) => compare(a.repository || '\uffff', b.repository || '\uffff') || compare(a.name, b.name),
    newest: (a, b) => compare(b.time, a.time) || compare(a.name, b.name),
  };
  function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }
  const ordered = new Map();
  function inOrder(order) {
    if (!(order in orders)) return rows;
    if (!ordered.has(order)) ordered.set(order, [...rows].sort(orders[order]));
    return ordered.get(order);
  }
  function isFiltered() { return wanted.size > 0 || ['search', 'scope', 'repository'].some((id) => $(id).value.trim() !== ''); }

  function draw() {
    const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    const { value: scope } = $('scope');
    const { value: repository } = $('repository');
    const { value: order } = $('sort');
    matching = inOrder(order).filter((row) => (wanted.size === 0 || wanted.has(row.verdict))
      && (scope === '' || row.scope === scope)
      && (repository === '' || row.repository === repository || (repository === '-' && row.repository === ''))
      && words.every((word) => textOf(row).includes(word)));
    const parts = new Map(lists.map((list) => [list, []]));
    for (const row of matching) parts.get(order === '' ? row.list : flat).push(row);
    const filtered = isFiltered();
    let open = 0;
    for (const [list, some] of parts) {
      if (list.group) {
        list.group.hidden = some.length === 0;
        list.group.open = some.length > 0 && (filtered ? open < mostOpened : list.wasOpen);
        if (list.group.open) open += Math.min(some.length, piece);
        count(list.group, some.length);
      }
      fill(list, some);
    }
    for (const section of sections) {
      const number = lists.filter((list) => list.section === section).reduce((sum, list) => sum + list.rows.length, 0);
      section.hidden = number === 0;
      count(section, number);
    }
    $('shown').textContent = (matching.length === rows.length ? '' : matching.length + ' of ') + plural(rows.length);
    $('clear').hidden = !filtered;
    $('none').hidden = matching.length > 0;
  }
  function count(part, number) { part.querySelector('.count').textContent = plural(number); }
  function plural(number) { return number + (number === 1 ? ' package' : ' packages'); }

  function options(select, entries) {
    for (const [value, text, number] of entries) {
      const option = document.createElement('option');
      option.value = value;
      option.textContent = text + ' (' + number + ')';
      select.append(option);
    }
  }
  function countBy(key) {
    const counts = new Map();
    for (const row of rows) counts.set(row[key], (counts.get(row[key]) || 0) + 1);
    return [...counts].sort((a, b) => compare(a[0], b[0])).map(([value, number]) => [value || '-', value || 'not proven', number]);
  }
  function verdictButton(item) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = item.className;
    button.append(...item.childNodes);
    item.replaceChildren(button);
    button.addEventListener('click', () => {
      if (!wanted.delete(item.dataset.verdict)) wanted.add(item.dataset.verdict);
      changed();
    });
    return { button, verdict: item.dataset.verdict };
  }
  const buttons = [...document.querySelectorAll('#verdicts li')].map(verdictButton);
  function press() {
    for (const { button, verdict } of buttons) button.setAttribute('aria-pressed', String(wanted.has(verdict)));
  }
  function clear() {
    for (const id of ['search', 'scope', 'repository']) $(id).value = '';
    wanted.clear();
  }

  // The state stands behind the # of the address, so that a link to it can be sent. A package alone is its own anchor.
  function writeState() {
    const state = new URLSearchParams();
    for (const id of fields) if ($(id).value !== '') state.set(id, $(id).value);
    if (wanted.size > 0) state.set('verdict', [...wanted].join(','));
    if (opened !== '' && String(state) !== '') state.set('open', opened);
    const text = String(state) || (opened === '' ? '' : encodeURI(opened));
    const address = location.href.split('#')[0] + (text === '' ? '' : '#' + text);
    if (address !== location.href) try { history.replaceState(null, '', address); } catch { /* a document without an address */ }
  }
  function readState() {
    let hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch { /* not ours */ }
    if (byName.has(hash)) return { open: hash };
    if (!/^(?:search|scope|repository|sort|verdict|open)=/.test(hash)) return undefined;
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }
  function applyState(scroll) {
    const state = readState();
    if (state === undefined) return;
    for (const id of fields) $(id).value = state[id] || '';
    // A value that is none of the choices leaves nothing chosen.
    for (const id of ['scope', 'repository', 'sort']) if ($(id).selectedIndex < 0) $(id).selectedIndex = 0;
    wanted.clear();
    for (const { verdict } of buttons) if ((state.verdict || '').split(',').includes(verdict)) wanted.add(verdict);
    press();
    draw();
    if (state.open) open(byName.get(state.open));
    else if (scroll) $('packages').scrollIntoView();
  }
  function open(row) {
    const list = row && lists.find((one) => one.rows.includes(row));
    if (!list) return;
    if (list.group && !list.group.open) { list.group.open = true; fill(list, list.rows); }
    const at = list.rows.indexOf(row);
    if (at >= list.shown) extend(list, at + piece);
    const details = row.item.querySelector('details');
    if (details) details.open = true;
    opened = row.name;
    row.item.scrollIntoView();
    (row.item.querySelector('summary') || row.item).focus({ preventScroll: true });
  }
  function changed() { press(); draw(); writeState(); }

  // These events do not bubble.
  document.addEventListener('toggle', ({ target }) => {
    if (target.matches('details.group')) {
      const list = lists.find(({ group }) => group === target);
      if (target.open && list.shown === 0) extend(list);
      if (!isFiltered()) list.wasOpen = target.open;
      return;
    }
    const name = target.parentElement.id;
    if (!byName.has(name)) return;
    if (target.open) opened = name;
    else if (opened === name) opened = '';
    writeState();
  }, true);
  for (const id of ['scope', 'repository', 'sort']) $(id).addEventListener('change', changed);
  $('search').addEventListener('input', changed);
  $('clear').addEventListener('click', () => { clear(); changed(); $('search').focus(); });
  addEventListener('hashchange', () => applyState(true));
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(?:INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $('search').focus();
    } else if (event.key === 'Escape' && document.activeElement === $('search')) {
      $('search').value = '';
      changed();
    }
  });
  // Paper cannot be clicked: everything that matches is printed, and what is not verified with its details.
  let unfolded = [];
  addEventListener('beforeprint', () => {
    for (const list of lists) if (list.group && list.rows.length > 0) list.group.open = true;
    for (const list of lists) extend(list, list.rows.length);
    unfolded = matching.filter(({ verdict }) => verdict !== 'verified')
      .map(({ item }) => item.querySelector('details')).filter((details) => details && !details.open);
    for (const details of unfolded) details.open = true;
  });
  addEventListener('afterprint', () => { for (const details of unfolded) details.open = false; });

  if (rows.length > 1) {
    options($('scope'), countBy('scope'));
    options($('repository'), countBy('repository'));
    $('tools').hidden = false;
    $('shown-line').hidden = false;
  }
  for (const { button } of buttons) button.disabled = false;
  press();
  if (rows.length > 0) draw();
  applyState(true);
  setTimeout(prepare, 0, 0);
  document.documentElement.dataset.ready = 'true';
})();
`;
