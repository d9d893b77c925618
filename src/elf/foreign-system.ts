/** EI_OSABI of systems whose executables Linux does not run, though it does not look at the byte (gABI, "Operating System and ABI"). */
const SYSTEMS: Readonly<Record<number, string>> = {
  1: 'HP-UX',
  2: 'NetBSD',
  6: 'Solaris',
  7: 'AIX',
  8: 'IRIX',
  9: 'FreeBSD',
  12: 'OpenBSD',
};

/** The system that a file is for by its EI_OSABI; nothing where that is Linux, or does not say. */
export function foreignSystem(osAbi: number): string | undefined {
  return SYSTEMS[osAbi];
}
