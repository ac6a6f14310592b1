// Writes a project of many specs: databases, each with schemas, and applications that use one
// another, so that the picture has long arrows, joins and a wide wave.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function project(folder, nSpecs) {
  mkdirSync(folder, { recursive: true });
  const documents = [];
  const spec = (kind, name, fields) =>
    documents.push(
      `apiVersion: argocd-atlas-plugin/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${fields}`,
    );
  const areas = ['orders', 'users', 'billing', 'search', 'inventory', 'shipping', 'reports', 'auth'];
  const parts = ['api', 'worker', 'web', 'admin', 'gateway', 'mailer', 'exporter', 'sync'];
  const nAreas = Math.min(areas.length, Math.max(1, Math.floor(nSpecs / 6)));
  for (let area = 0; area < nAreas; area++) {
    const name = areas[area];
    spec('Database', `${name}-db`, '  engine: postgres\n  storage: 10Gi\n');
    spec(
      'Schema',
      name,
      `  database: ${name}-db\n  sql: |\n    create table ${name} (id bigint primary key, name text not null);\n`,
    );
  }
  for (let number = 0; documents.length < nSpecs; number++) {
    const area = number % nAreas;
    const round = Math.floor(number / nAreas);
    const part = parts[round % parts.length];
    const name = `${areas[area]}-${part}${round < parts.length ? '' : Math.floor(round / parts.length)}`;
    const env = [`    PGHOST: "\${${areas[area]}.host}"`, `    PGPASSWORD: "\${${areas[area]}.password}"`];
    if (part !== 'api' && number % 3 !== 1) env.push(`    API: "\${${areas[(area + 1) % nAreas]}-api.url}"`);
    spec('App', name, `  image: ghcr.io/example/${name}:1.0.${number}\n  port: 8080\n  env:\n${env.join('\n')}\n`);
  }
  writeFileSync(join(folder, 'app.yaml'), documents.join('---\n'));
}

if (process.argv[2]) project(process.argv[2], Number(process.argv[3] ?? 60));
