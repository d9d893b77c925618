import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Stands for the address of a module until it is known which file it comes to lie in. */
const ADDRESS = /"module-address:([^"]+)"/g;

/**
 * Joins the modules that a command needs into few files: Node takes longer to find and open several hundred than to run
 * them. What several commands share is in `src/bundle`; packages stay where npm puts them. A module finds the files beside
 * it (`import.meta.url`) as before. The modules of `src` stay as they are for who imports the package.
 * @param {URL} dist what tsc wrote; the commands, and the thread that one of them starts, are written over
 * @param {readonly string[]} commands their names
 */
export async function bundle(dist, commands) {
  const root = fileURLToPath(dist);
  const entries = ['src/inspect/reader-thread', ...commands.map((name) => `commands/${name}`)];
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('..', dist)),
    publicDir: false,
    plugins: [keepAddresses(root)],
    build: {
      ssr: true,
      outDir: root,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        input: Object.fromEntries(entries.map((entry) => [entry, `${root}${entry}.js`])),
        // Whoever imports one thing of src/index.js gets that, and not all commands.
        treeshake: { moduleSideEffects: (id) => !id.startsWith(root) },
        output: { entryFileNames: '[name].js', chunkFileNames: 'src/bundle/[name].js' },
      },
    },
  });
}

/** @returns {import('vite').Plugin} */
function keepAddresses(root) {
  return {
    name: 'keep-addresses',
    transform: (code, id) =>
      code.includes('import.meta.url')
        ? code.replaceAll('import.meta.url', JSON.stringify(`module-address:${relative(root, id)}`))
        : undefined,
    renderChunk: (code, chunk) =>
      code.replace(ADDRESS, (_, path) => {
        const from = relative(dirname(chunk.fileName), path);
        return `new URL(${JSON.stringify(from)}, import.meta.url).href`;
      }),
  };
}
