/**
 * What the page does: draws the data, filters, sorts, and fills in details when they are opened.
 * It makes elements and sets `textContent`, never markup; Trusted Types in the page's policy forbid anything else.
 */
export const script = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const $ = (id) => document.getElementById(id);
  const marks = data.marks;
  const verdicts = Object.keys(marks);
  const statusMarks = { passed: '✓', failed: '✗', unknown: '?', blocked: '–', absent: '–', skipped: '–' };
  const statusColours = { passed: 'verified', failed: 'rejected', unknown: 'inconclusive' };

  function el(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== undefined && child !== ''));
    return node;
  }
  function hidden(text) { return el('span', 'hidden', text); }
  function mark(sign, colour, said) {
    const node = el('span', 'mark ' + (colour || 'soft'), sign);
    node.setAttribute('aria-hidden', 'true');
    return said ? [node, hidden(said + ': ')] : [node];
  }
  function link(text, address) {
    if (!address || !/^https?:\\/\\//.test(address)) return document.createTextNode(text);
    const node = el('a', '', text);
    node.href = address;
    node.rel = 'noopener noreferrer';
    node.target = '_blank';
    return node;
  }
  // Digests and commands stand out from the words around them.
  function prose(text) {
    const parts = String(text).split(/(\`[^\`]+\`|\\b[0-9a-f]{40,}\\b)/);
    return parts.filter(Boolean).map((part) => {
      if (/^\`[^\`]+\`$/.test(part)) return el('code', '', part.slice(1, -1));
      return /^[0-9a-f]{40,}$/.test(part) ? el('code', '', part) : part;
    });
  }
  function section(title, ...children) { return el('section', '', el('h3', '', title), ...children); }

  function value(text, address) {
    return el('dd', /^[0-9a-f]{40,}$/.test(text) ? 'mono' : '', link(text, address));
  }

  function row(pkg, at) {
    const versionAt = pkg.name.lastIndexOf('@');
    const cut = versionAt > 0 ? versionAt : pkg.name.length;
    const name = el('span', 'name', pkg.name.slice(0, cut), el('span', 'version', pkg.name.slice(cut)));
    const [sign] = mark(marks[pkg.verdict], pkg.verdict);
    const summary = el('summary', '', sign, name, el('span', 'said', pkg.said), el('span', 'verdict ' + pkg.verdict, pkg.verdict));
    const details = el('details', '', summary);
    details.addEventListener('toggle', () => fill(details, pkg));
    const item = el('li', '', details);
    return { item, details, pkg, at, text: pkg.search.toLowerCase() };
  }
  function fill(details, pkg) {
    if (!details.open || details.children.length > 1) return;
    details.append(el('div', 'detail', el('div', '', ...judgement(pkg)), el('div', '', ...evidence(pkg))));
  }
  function judgement(pkg) {
    const parts = [];
    if (pkg.findings.length > 0) {
      parts.push(section('What was found', el('ul', '', ...pkg.findings.map((finding) => {
        const text = el('span', 'finding', hidden(finding.kind + ': '), ...prose(finding.message), ' ', el('code', 'tag', finding.id));
        if (finding.place) text.append(el('span', 'more', finding.place));
        if (finding.exempted) text.append(el('span', 'hint', 'exempt ' + finding.exempted));
        if (finding.hint) text.append(el('span', 'hint', ...prose(finding.hint)));
        return el('li', '', ...mark(finding.mark, finding.colour), text);
      }))));
    }
    parts.push(section('Checks', el('ul', '', ...pkg.checks.map(([id, status, why, more]) => {
      const text = el('span', '', data.titles[id] || id, ' ', el('code', 'tag', id));
      if (why) text.append(el('span', 'hint', ...prose(status === 'passed' ? why : status + ': ' + why)));
      if (more && more.length) text.append(el('span', 'more', ...prose(more.join('\\n'))));
      const [sign, said] = mark(statusMarks[status], statusColours[status], status);
      text.prepend(said);
      return el('li', '', sign, text);
    }))));
    return parts;
  }
  function evidence(pkg) {
    const parts = [];
    const rows = el('dl', '');
    for (const [label, text, address] of pkg.origin) {
      rows.append(el('dt', '', label), value(text, address));
    }
    const links = el('p', 'links', ...pkg.links.map(([label, address]) => link(label, address)));
    parts.push(section(pkg.proven ? 'Built by' : 'Who built it is not proven', rows, links));
    if (pkg.places.length > 0) {
      parts.push(section('Found in', el('ul', '', ...pkg.places.map((place) => {
        const text = el('span', '', place.at);
        if (place.note) text.append(el('span', 'hint', place.note));
        return el('li', '', ...mark('·', 'soft'), text);
      }))));
    }
    return parts;
  }

  const list = $('list');
  const rows = data.packages.map(row);
  let shown = rows;
  const wanted = new Set();
  const orders = {
    worst: () => 0,
    name: (a, b) => compare(a.pkg.name, b.pkg.name),
    repository: (a, b) => compare(a.pkg.repository || '\\uffff', b.pkg.repository || '\\uffff') || compare(a.pkg.name, b.pkg.name),
    newest: (a, b) => compare(b.pkg.time, a.pkg.time) || compare(a.pkg.name, b.pkg.name),
  };
  function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }

  function sort() {
    const order = orders[$('sort').value];
    rows.sort((a, b) => order(a, b) || a.at - b.at);
  }
  function draw() {
    const words = $('search').value.toLowerCase().split(/\\s+/).filter(Boolean);
    const scope = $('scope').value;
    const repository = $('repository').value;
    shown = rows.filter(({ pkg, text }) => (wanted.size === 0 || wanted.has(pkg.verdict))
      && (scope === '' || pkg.scope === scope)
      && (repository === '' || (pkg.repository || '-') === repository)
      && words.every((word) => text.includes(word)));
    // Taking the others out takes a tenth of a second, hiding them takes seconds (2,000 packages in Chromium).
    list.replaceChildren(...shown.map(({ item }) => item));
    const all = rows.length;
    $('shown').textContent = (shown.length === all ? '' : shown.length + ' of ') + all + (all === 1 ? ' package' : ' packages');
    $('clear').hidden = words.length === 0 && wanted.size === 0 && scope === '' && repository === '';
    $('none').hidden = shown.length > 0;
    list.hidden = shown.length === 0;
  }
  function clear() {
    $('search').value = '';
    $('scope').value = '';
    $('repository').value = '';
    wanted.clear();
    for (const button of $('verdicts').querySelectorAll('button')) button.setAttribute('aria-pressed', 'false');
    draw();
  }
  function options(select, first, entries) {
    const add = (value, text) => {
      const option = el('option', '', text);
      option.value = value;
      select.append(option);
    };
    add('', first);
    for (const [value, number] of entries) add(value, (value === '-' ? 'not proven' : value) + ' (' + number + ')');
  }
  function countBy(key) {
    const counts = new Map();
    for (const { pkg } of rows) counts.set(key(pkg), (counts.get(key(pkg)) || 0) + 1);
    return [...counts].sort((a, b) => compare(a[0], b[0]));
  }

  function drawVerdicts() {
    const bar = $('bar');
    for (const verdict of verdicts) {
      const number = data.tally[verdict];
      if (number > 0) {
        const part = el('span', verdict);
        part.style.flexGrow = String(number);
        bar.append(part);
      }
      const button = el('button', verdict, ...mark(marks[verdict], verdict), ' ', el('b', '', String(number)), ' ', el('span', 'label', verdict));
      button.type = 'button';
      button.disabled = number === 0;
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        if (wanted.delete(verdict)) button.setAttribute('aria-pressed', 'false');
        else {
          wanted.add(verdict);
          button.setAttribute('aria-pressed', 'true');
        }
        draw();
      });
      $('verdicts').append(el('li', '', button));
    }
  }
  function drawBuilders() {
    const body = $('builders');
    for (const group of data.builders) {
      const name = el('th', '', link(group.repository, group.link));
      name.scope = 'row';
      const show = el('button', 'plain', String(group.packages), hidden(' packages of ' + group.repository + ', show them'));
      show.type = 'button';
      show.addEventListener('click', () => {
        clear();
        $('repository').value = group.repository;
        draw();
        $('packages').scrollIntoView();
        $('repository').focus({ preventScroll: true });
      });
      const number = el('td', 'number', show);
      body.append(el('tr', '', name, number, el('td', '', group.workflows.join(', ')), el('td', '', group.runners.join(', ')), el('td', '', group.owners.join(', '))));
    }
    if (data.builders.length === 0) $('built').hidden = true;
  }
  function drawRun() {
    const facts = el('dl', '');
    for (const [label, text, address] of data.run.facts) facts.append(el('dt', '', label), value(text, address));
    $('run').append(facts);
    for (const [title, text] of data.run.notes) $('run').append(el('h3', '', title), el('pre', '', text));
    for (const [sign, colour, text, hint] of data.run.troubles) {
      const words = el('span', '', ...prose(text));
      if (hint) words.append(el('span', 'hint', ...prose(hint)));
      $('troubles').append(el('li', '', ...mark(sign, colour), words));
    }
    $('trouble').hidden = data.run.troubles.length === 0;
    for (const [name, text] of data.changes) {
      const head = el('th', '', name);
      head.scope = 'row';
      $('changes').append(el('tr', '', head, el('td', '', text)));
    }
    $('changed').hidden = data.changes.length === 0;
  }

  drawVerdicts();
  options($('scope'), 'every scope', countBy((pkg) => pkg.scope));
  options($('repository'), 'every repository', countBy((pkg) => pkg.repository || '-'));
  drawBuilders();
  drawRun();
  draw();
  for (const id of ['scope', 'repository']) $(id).addEventListener('change', draw);
  $('search').addEventListener('input', draw);
  $('sort').addEventListener('change', () => { sort(); draw(); });
  for (const id of ['clear', 'clear-none']) $(id).addEventListener('click', () => { clear(); $('search').focus(); });
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $('search').focus();
    } else if (event.key === 'Escape' && document.activeElement === $('search')) {
      $('search').value = '';
      draw();
    }
  });
  // Paper cannot be clicked: what is not verified is printed with its details.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = shown.filter(({ pkg, details }) => pkg.verdict !== 'verified' && !details.open);
    for (const { details, pkg } of opened) { details.open = true; fill(details, pkg); }
  });
  addEventListener('afterprint', () => { for (const { details } of opened) details.open = false; });
  document.documentElement.dataset.ready = 'true';
})();
`;
