import fc from 'fast-check';

/** Variables that a script sets and asks of; `E` comes from outside. */
const variable = fc.constantFrom('A', 'B', 'E');
const value = fc.constantFrom('a', 'b', 'c d', '');

const word = fc.oneof(
  value.map((text) => `'${text}'`),
  variable.map((name) => `"$${name}"`),
  variable.map((name) => `"\${${name}}"`),
  fc.tuple(variable, value).map(([name, text]) => `"\${${name}:-${text}}"`),
  fc.constantFrom('a', 'b', '"x y"', String.raw`"q\"r"`, "a'b'c"),
);

const test = fc.oneof(
  fc.tuple(word, fc.constantFrom('=', '!='), word).map((words) => `[ ${words.join(' ')} ]`),
  fc.tuple(fc.constantFrom('-n', '-z'), variable).map(([flag, name]) => `[ ${flag} "$${name}" ]`),
  fc.tuple(variable, word).map(([name, other]) => `test "$${name}" = ${other}`),
  fc.tuple(variable, word).map(([name, other]) => `[ ! "$${name}" = ${other} ]`),
);

const bundle = fc.oneof(
  word.map((groups) => `bundle config set --local without ${groups}`),
  fc.constant('bundle install'),
  word.map((groups) => `BUNDLE_WITH=${groups} bundle install`),
  word.map((groups) => `bundle install --without ${groups}`),
);

const simple = fc.oneof(
  { weight: 3, arbitrary: bundle },
  fc.tuple(variable, word).map(([name, text]) => `${name}=${text}`),
  fc.tuple(variable, word).map(([name, text]) => `export OTHER=${text} ${name}=${text}`),
  fc.constant('echo bundle install > /dev/null 2>&1'),
  fc.constant(': # bundle install'),
);

/** Scripts with tests, branches and assignments, in which `bundle` is called. */
export const anyScript: fc.Arbitrary<string> = fc.letrec<{ script: string; command: string }>((tie) => {
  const script = tie('script');
  return {
    script: fc.array(tie('command'), { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
    command: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: simple },
      fc.tuple(test, fc.constantFrom('&&', '||'), bundle).map((parts) => parts.join(' ')),
      fc.tuple(test, bundle, bundle).map((parts) => parts.join(' && ')),
      fc.tuple(test, script).map(([asked, then]) => `if ${asked}; then\n${then}\nfi`),
      fc
        .tuple(test, script, script)
        .map(([asked, then, other]) => `if ${asked}\nthen ${then}\nelse\n${other}\nfi`),
      fc
        .tuple(test, script, test, script, script)
        .map(
          ([first, a, second, b, c]) => `if ${first}; then\n${a}\nelif ${second}; then\n${b}\nelse ${c}\nfi`,
        ),
      fc
        .tuple(word, fc.constantFrom('a', '(b', 'a|b', "'c d'"), script, script)
        .map(([asked, pattern, a, b]) => `case ${asked} in\n${pattern}) ${a}\n;;\n*) ${b};;\nesac`),
      fc
        .tuple(word, fc.constantFrom('(a', 'b |c'), script)
        .map(([asked, pattern, a]) => `case ${asked} in ${pattern}) ${a}\n;; esac`),
    ),
  };
}).script;
