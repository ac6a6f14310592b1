'use strict';
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const search = document.getElementById('search');
  const units = all('article.unit');
  const items = all('nav li');
  const svg = document.querySelector('#rollout svg');
  const nodes = all('.node', svg);
  const edges = all('.edge', svg);
  const texts = units.map((unit) => unit.textContent.toLowerCase());
  const nothing = document.createElement('p');
  nothing.className = 'nothing gone';
  nothing.textContent = 'Nothing is called that, and no manifest says it.';
  document.getElementById('rollout').after(nothing);
  let chosen = null;

  const visible = () => units.filter((unit) => !unit.classList.contains('gone'));

  // Shows what a box waits for and what waits for it, and fades the rest.
  const focus = (number) => {
    const near = new Set(number === null ? [] : [number]);
    for (const edge of edges) {
      const { from, to } = edge.dataset;
      const touches = number !== null && (from === number || to === number);
      edge.classList.toggle('near', touches);
      if (touches) near.add(from).add(to);
    }
    for (const node of nodes) node.classList.toggle('near', near.has(node.dataset.node));
    svg.classList.toggle('focus', number !== null);
  };

  const choose = (unit, scrolls = true) => {
    chosen = unit;
    const number = unit ? unit.dataset.unit : null;
    for (const other of units) other.classList.toggle('on', other === unit);
    for (const item of items) item.classList.toggle('on', item.dataset.unit === number);
    for (const node of nodes) node.classList.toggle('on', node.dataset.node === number);
    focus(number);
    if (!unit || !scrolls) return;
    unit.scrollIntoView({ block: 'start' });
    items.find((item) => item.dataset.unit === number)?.scrollIntoView({ block: 'nearest' });
  };

  const step = (by) => {
    const list = visible();
    if (!list.length) return;
    const at = list.indexOf(chosen);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
    choose(list[Math.max(0, Math.min(list.length - 1, next))]);
  };

  const open = (unit) => {
    const details = all('details.object', unit);
    const opens = details.some((detail) => !detail.open);
    for (const detail of details) detail.open = opens;
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = new Set();
    units.forEach((unit, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      unit.classList.toggle('gone', !fits);
      if (fits) found.add(unit.dataset.unit);
    });
    for (const item of items) item.classList.toggle('gone', !found.has(item.dataset.unit));
    for (const section of all('section.wave')) {
      section.classList.toggle('gone', !section.querySelector('article:not(.gone)'));
    }
    for (const heading of all('nav h2')) {
      const list = heading.nextElementSibling;
      heading.classList.toggle('gone', !list.querySelector('li:not(.gone)'));
    }
    nothing.classList.toggle('gone', found.size > 0);
    choose(null);
    if (words.length) {
      for (const node of nodes) node.classList.toggle('near', found.has(node.dataset.node));
      svg.classList.add('focus');
    }
  };

  search.addEventListener('input', filter);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const types = document.activeElement === search;
    if (event.key === 'Escape') {
      search.value = '';
      search.blur();
      filter();
      return;
    }
    if (types && event.key === 'Enter') {
      search.blur();
      step(1);
      return;
    }
    if (types) return;
    const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    if (event.key in moves && !document.activeElement?.classList.contains('canvas')) {
      event.preventDefault();
      step(moves[event.key]);
    } else if (event.key === '/') {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (chosen && (event.key === 'o' || (event.key === 'Enter' && document.activeElement === document.body))) {
      open(chosen);
    }
  });

  for (const node of nodes) {
    node.addEventListener('mouseenter', () => { if (!search.value) focus(node.dataset.node); });
    node.addEventListener('mouseleave', () => { if (!search.value) focus(chosen?.dataset.unit ?? null); });
  }
  const byHash = () => {
    const unit = location.hash && document.getElementById(location.hash.slice(1));
    if (unit && unit.classList.contains('unit')) choose(unit);
  };
  addEventListener('hashchange', byHash);
  byHash();
})();
