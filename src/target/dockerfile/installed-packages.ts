import { shellScripts } from './shell-scripts.js';
import type { DockerfileInstruction } from './types.js';

/** Alpine's packages with glibc's program interpreter (aports, main/gcompat and main/musl), behind `apk add` in one command. */
const GLIBC_LAYER = /\bapk\b[^&|;\n]{0,999}\badd\b[^&|;\n]{0,9999}[\s"'](?:gcompat|libc6-compat)(?![\w.+-])/;

/** Whether a RUN installs gcompat or libc6-compat. */
export function installsGlibcLayer(instruction: DockerfileInstruction): boolean {
  return shellScripts(instruction).some((text) => GLIBC_LAYER.test(text));
}
