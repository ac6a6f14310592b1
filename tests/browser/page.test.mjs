// Loads the page from a file and uses it as a reader does: looks, searches, walks by keyboard.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { project } from './project.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const generate = process.env.GENERATE;

function page(name, folder, mayFail = false) {
  const path = join(here, `${name}.html`);
  const args = ['graph', '--format', 'html', '--namespace', 'shop', '--output', path, folder];
  const run = spawnSync(generate, args, { env: {} });
  assert.ok(mayFail || run.status === 0, `${name}: ${run.stderr}`);
  return pathToFileURL(path).href;
}

function folder(name, files) {
  const path = join(here, name);
  rmSync(path, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

// Three specs with a literal password, and names that are to stay text.
const small = folder('shop', {
  'app.yaml': `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec:
  engine: mysql
  storage: 10Gi
  credentials: {user: root, password: hunter2secret}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-db
  files: [schema/*.sql]
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata:
  name: shop-api
  annotations: {note: "</pre><script>document.title='broken'</script><img src=http://example.invalid/x>"}
spec:
  image: ghcr.io/example/shop:1.4.2
  port: 8080
  healthCheckPath: /healthz
  ingress: {host: shop.example.com}
  env: {DB_HOST: "\${shop.host}", DB_USER: "\${shop.user}", DB_PASSWORD: "\${shop.password}"}
`,
  'schema/shop.sql': `create table users (
  id bigint not null auto_increment,
  email varchar(255) not null,
  name varchar(255),
  created_at timestamp not null default current_timestamp,
  primary key (id),
  unique key users_email (email)
);
create table orders (
  id bigint not null auto_increment,
  user_id bigint not null,
  state varchar(20) not null,
  placed_at timestamp not null,
  primary key (id),
  foreign key (user_id) references users (id)
);
create table products (
  id bigint not null auto_increment,
  title varchar(200) not null,
  price decimal(10, 2) not null,
  primary key (id)
);
create table order_items (
  order_id bigint not null,
  product_id bigint not null,
  quantity int not null,
  primary key (order_id, product_id),
  foreign key (order_id) references orders (id),
  foreign key (product_id) references products (id)
);
create table settings (name varchar(100) not null primary key, value text);
`,
});
const broken = folder('broken', {
  'app.yaml': `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: postgres}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-bd
  sql: create table users (id int primary key);
  dependsOn: [App/api]
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: api}
spec:
  image: nginx
  dependsOn: [Schema/shop]
`,
});
project(join(here, 'sixty'), 60);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
  const tab = await context.newPage();
  const problems = [];
  tab.on('request', (request) => {
    if (request.url().split('#')[0] !== url) problems.push(`requested ${request.url()}`);
  });
  tab.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(url);
  return { tab, problems, close: () => context.close() };
}

const shot = (tab, name) => tab.screenshot({ path: join(here, `${name}.png`) });
const tests = [];
const test = (name, body) => tests.push([name, body]);

test('the page is whole in itself, and nothing of the project runs in it', async () => {
  const { tab, problems, close } = await open(page('small', small));
  assert.equal(await tab.title(), 'shop · waves');
  assert.equal(await tab.locator('main img').count(), 0);
  assert.deepEqual(problems, []);
  await close();
});

test('every object has its manifest, its reason and no secret', async () => {
  const { tab, close } = await open(page('small', small));
  const expected = execFileSync(generate, ['--namespace', 'shop', '--quiet', small], { env: {} }).toString();
  const kinds = [...expected.matchAll(/^kind: (.*)$/gm)].map((found) => found[1]).sort();
  const shown = await tab.locator('details.object pre').allTextContents();
  const shownKinds = shown.map((text) => /^kind: (.*)$/m.exec(text)[1]).sort();
  assert.deepEqual(shownKinds, kinds);
  for (const unit of await tab.locator('article.unit').all()) {
    assert.ok((await unit.locator('.why li').count()) > 0);
  }
  assert.ok(expected.includes('hunter2secret'));
  const all = await tab.content();
  assert.ok(!all.includes('hunter2secret'));
  assert.ok(shown.some((text) => text.includes("password: '***'") || text.includes('password: "***"')), shown.join());
  await close();
});

test('the tables of a schema are drawn with their references', async () => {
  const { tab, close } = await open(page('small', small));
  const diagram = tab.locator('#schemas svg');
  assert.equal(await diagram.locator('.table').count(), 5);
  assert.equal(await diagram.locator('.edge').count(), 3);
  await diagram.scrollIntoViewIfNeeded();
  await shot(tab, 'schema-light');
  await close();
});

test('search narrows the list, Esc brings everything back', async () => {
  const { tab, problems, close } = await open(page('sixty', join(here, 'sixty')));
  const units = tab.locator('article.unit:visible');
  assert.equal(await units.count(), 60);
  await tab.keyboard.press('/');
  await tab.keyboard.type('billing worker');
  assert.ok((await units.count()) < 5);
  assert.ok((await tab.locator('nav li:visible').count()) < 5);
  await shot(tab, 'sixty-search-light');
  await tab.keyboard.press('Escape');
  assert.equal(await units.count(), 60);
  await tab.keyboard.press('/');
  await tab.keyboard.type('no such thing');
  assert.equal(await units.count(), 0);
  assert.ok(await tab.locator('.nothing').isVisible());
  assert.deepEqual(problems, []);
  await close();
});

test('keys walk through the objects and open their manifests', async () => {
  const { tab, problems, close } = await open(page('small', small));
  const chosen = tab.locator('article.unit.on .unit-name');
  await tab.keyboard.press('j');
  assert.equal(await chosen.textContent(), 'shop-db');
  await tab.keyboard.press('ArrowDown');
  assert.equal(await chosen.textContent(), 'shop');
  await tab.keyboard.press('k');
  await tab.keyboard.press('k');
  assert.equal(await chosen.textContent(), 'shop-db');
  await tab.keyboard.press('o');
  assert.ok(await tab.locator('article.unit.on pre').first().isVisible());
  await tab.keyboard.press('Escape');
  assert.equal(await chosen.count(), 0);
  assert.deepEqual(problems, []);
  await close();
});

test('a box of the picture leads to its object', async () => {
  const { tab, close } = await open(page('small', small));
  await tab.locator('#rollout .node.app a').click();
  assert.equal(await tab.locator('article.unit.on .unit-name').textContent(), 'shop-api');
  await close();
});

test('without scripts everything can be read', async () => {
  const { tab, close } = await open(page('small', small), { javaScriptEnabled: false });
  assert.equal(await tab.locator('article.unit:visible').count(), 3);
  await tab.locator('details.object summary').first().click();
  assert.ok(await tab.locator('details.object pre').first().isVisible());
  await close();
});

test('a broken project is drawn with what is wrong', async () => {
  const { tab, problems, close } = await open(page('broken', broken, true));
  assert.ok((await tab.locator('.diagnostic.error:visible').count()) > 0);
  assert.equal(await tab.locator('.verdict .error').count(), 1);
  assert.ok((await tab.locator('#rollout .node').count()) >= 3);
  await shot(tab, 'broken-light');
  assert.deepEqual(problems, []);
  await close();
});

test('no text runs out of its box', async () => {
  for (const [name, from] of [['small', small], ['sixty', join(here, 'sixty')]]) {
    const { tab, close } = await open(page(name, from));
    const over = await tab.evaluate(() =>
      [...document.querySelectorAll('#rollout .node')].flatMap((node) => {
        const box = node.querySelector('.box').getBoundingClientRect();
        const texts = [...node.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
        const meet = texts.length > 1 && texts[0].bottom > texts[1].top && texts[0].right > texts[1].left && texts[0].left < texts[1].left && texts[1].top <= texts[0].top + 4;
        return texts.some((text) => text.right > box.right || text.left < box.left) || meet ? [node.textContent] : [];
      }));
    assert.deepEqual(over, []);
    await close();
  }
});

test('light and dark, small and large', async () => {
  for (const [name, from] of [['small', small], ['sixty', join(here, 'sixty')], ['broken', broken]]) {
    for (const colorScheme of ['light', 'dark']) {
      const { tab, close } = await open(page(name, from, true), { colorScheme });
      await shot(tab, `${name}-${colorScheme}`);
      await tab.keyboard.press('j');
      await tab.keyboard.press('j');
      await tab.keyboard.press('o');
      await shot(tab, `${name}-open-${colorScheme}`);
      await close();
    }
  }
  const { tab, close } = await open(page('small', small), { viewport: { width: 420, height: 860 } });
  await shot(tab, 'small-phone');
  assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await close();
});

let failed = 0;
for (const [name, body] of tests) {
  try {
    await body();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
