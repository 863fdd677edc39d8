// Makes the component: `node build.js`, or `npm run build`.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = process.argv[2] ?? beside('flip-penalty.wasm');

const { component } = await componentize(await readFile(beside('measure.js'), 'utf8'), {
  sourceName: 'measure.js',
  witPath: beside('../../../wit/v0.1.0'),
  worldName: 'measure',
  // All of them: what is left imports `assay:measure` and nothing else. The engine would bring HTTP
  // otherwise, which no host of measures has. Without `random` and `clocks` there is no Math.random and
  // no Date of its own; without `stdio` no console.
  disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event'],
});
await writeFile(output, component);
console.log(`${output}: ${component.length} bytes`);
