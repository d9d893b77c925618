export interface Pin {
  readonly name: string;
  readonly requirement: readonly string[];
  readonly forceRuby?: boolean;
}

/** A `gem` line for a Gemfile: `gem 'nokogiri', '~> 1.16', '< 1.18.0'`. */
export function pinLine({ name, requirement, forceRuby = false }: Pin): string {
  const stated = requirement.filter((part) => part !== '>= 0');
  return [
    `gem '${name}'`,
    ...stated.map((part) => `'${part}'`),
    ...(forceRuby ? ['force_ruby_platform: true'] : []),
  ].join(', ');
}
