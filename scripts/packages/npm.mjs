// Lays the files of the npm packages into folders: `npm.mjs <folder> <licence of what is compiled>`.
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, license] = process.argv.slice(2);
const source = 'adgen-node';
const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
const name = `${own.name}-linux-x64-gnu`;

// The main package: JavaScript and types.
const files = own.files.flatMap((name) => (name.startsWith('*') ? readdirSync(source).filter((file) => file.endsWith(name.slice(1))) : [name]));
for (const file of [...files, 'README.md']) cpSync(join(source, file), join(folder, 'adgen', file), { recursive: true });
// npm takes LICENSE along by itself, and no other text.
const texts = ['LICENSE-MIT', 'LICENSE-APACHE'];
const { private: _, scripts: __, ...main } = own;
write('adgen', { ...main, files: [...own.files, ...texts], optionalDependencies: { [name]: own.version } });

// The platform's: what is compiled, and what it brings along.
const { version, description, engines } = own;
write('platform', {
  name,
  version,
  description: `${description} The addon for Linux on x86-64 with glibc.`,
  license,
  main: 'adgen.node',
  files: ['adgen.node', 'bundle', 'licenses'],
  engines,
  os: ['linux'],
  cpu: ['x64'],
  libc: ['glibc'],
});
writeFileSync(
  join(folder, 'platform', 'README.md'),
  `The addon of \`${own.name}\` for Linux on x86-64 with glibc 2.28 or later; \`npm install ${own.name}\` brings it.\n\nlicenses/SOURCES.txt says what is in it, under which licences, and where the sources are.\n`,
);

function write(to, manifest) {
  writeFileSync(join(folder, to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
