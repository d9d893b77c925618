/** A Gemfile that is hard to edit, the pins that it gets, and what has to stand in it then. */
export interface HardGemfile {
  readonly title: string;
  readonly gemfile: string;
  /** One character a byte, where the file is no UTF-8. */
  readonly bytes?: boolean;
  /** Other files of the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** Links of the project, with what they lead to. */
  readonly links?: Readonly<Record<string, string>>;
  /** By default nokogiri below 1.18.0. */
  readonly pins?: readonly HardPin[];
  /** The lines that appear, comments of ours left out; in the Gemfile, or in the file named before a `|`. */
  readonly becomes: readonly string[];
  /** Gems whose pin is left to the user, with the reason. */
  readonly byHand?: Readonly<Record<string, string>>;
  /** DEPENDENCIES of the lockfile, where an edit depends on it. */
  readonly locked?: Readonly<Record<string, readonly string[]>>;
  /** Servers by gem, of the lockfile. */
  readonly remotes?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Bundler refuses the original too, or cannot read it here, so that only Prism and Ruby are asked. */
  readonly withoutBundler?: boolean;
}

export interface HardPin {
  readonly name: string;
  readonly bounds?: readonly string[];
  readonly replaces?: boolean;
  readonly forceRuby?: boolean;
  /** By default true. */
  readonly direct?: boolean;
}

const SOURCE = 'source "https://rubygems.org"\n';
export const usual: readonly HardPin[] = [{ name: 'nokogiri', bounds: ['< 1.18.0'] }];
const forced: readonly HardPin[] = [{ name: 'nokogiri', forceRuby: true }];
const replacing: readonly HardPin[] = [{ name: 'nokogiri', bounds: ['< 1.18.0'], replaces: true }];
const transitive: readonly HardPin[] = [{ name: 'nokogiri', bounds: ['< 1.18.0'], direct: false }];

export const HARD_GEMFILES: readonly HardGemfile[] = [
  { title: 'no requirement', gemfile: `${SOURCE}gem "nokogiri"\n`, becomes: ['gem "nokogiri", "< 1.18.0"'] },
  {
    title: 'a requirement in single quotes',
    gemfile: `${SOURCE}gem 'nokogiri', '~> 1.16'\n`,
    becomes: ["gem 'nokogiri', '~> 1.16', '< 1.18.0'"],
  },
  {
    title: 'several requirements',
    gemfile: `${SOURCE}gem "nokogiri", ">= 1.16", "!= 1.17.0"\n`,
    becomes: ['gem "nokogiri", ">= 1.16", "!= 1.17.0", "< 1.18.0"'],
  },
  {
    title: 'an array of requirements',
    gemfile: `${SOURCE}gem "nokogiri", [">= 1.16", "!= 1.17.0"]\n`,
    becomes: ['gem "nokogiri", [">= 1.16", "!= 1.17.0", "< 1.18.0"]'],
  },
  {
    title: 'an empty array',
    gemfile: `${SOURCE}gem "nokogiri", []\n`,
    becomes: ['gem "nokogiri", ["< 1.18.0"]'],
  },
  {
    title: 'an array with a comma at its end, over lines',
    gemfile: `${SOURCE}gem "nokogiri", [\n  ">= 1.16", # the least\n  "!= 1.17.0",\n], require: false\n`,
    becomes: ['  "!= 1.17.0", "< 1.18.0",'],
  },
  {
    title: 'a %w array',
    gemfile: `${SOURCE}gem "nokogiri", %w[>=1.16 !=1.17.0]\n`,
    becomes: ['gem "nokogiri", %w[>=1.16 !=1.17.0], "< 1.18.0"'],
  },
  {
    title: '%q and %Q strings',
    gemfile: `${SOURCE}gem %q(nokogiri), %Q[~> 1.16]\n`,
    becomes: ['gem %q(nokogiri), %Q[~> 1.16], "< 1.18.0"'],
  },
  {
    title: 'parentheses',
    gemfile: `${SOURCE}gem("nokogiri", "~> 1.16")\n`,
    becomes: ['gem("nokogiri", "~> 1.16", "< 1.18.0")'],
  },
  {
    title: 'parentheses and nothing but the name',
    gemfile: `${SOURCE}gem('nokogiri')\n`,
    becomes: ["gem('nokogiri', '< 1.18.0')"],
  },
  {
    title: 'a call over lines, with a comma at its end',
    gemfile: `${SOURCE}gem(\n  "nokogiri",\n  "~> 1.16",\n  require: false,\n)\n`,
    becomes: ['  "~> 1.16", "< 1.18.0",'],
  },
  {
    title: 'options over lines, without parentheses',
    gemfile: `${SOURCE}gem "nokogiri",\n    "~> 1.16", # parses\n    require: false, # later\n    platforms: :ruby\n`,
    becomes: ['    "~> 1.16", "< 1.18.0", # parses'],
  },
  {
    title: 'space before commas and inside parentheses',
    gemfile: `${SOURCE}gem( "nokogiri" , "~> 1.16" )\n`,
    becomes: ['gem( "nokogiri" , "~> 1.16", "< 1.18.0" )'],
  },
  {
    title: 'tabs',
    gemfile: `${SOURCE}group :test do\n\tgem\t"nokogiri",\t"~> 1.16"\nend\n`,
    becomes: ['\tgem\t"nokogiri",\t"~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'a comment of the user’s behind it',
    gemfile: `${SOURCE}gem "nokogiri" # XML, see [#12]\n`,
    becomes: ['gem "nokogiri", "< 1.18.0" # XML, see [#12]'],
  },
  {
    title: 'white space at the end of lines',
    gemfile: `${SOURCE}gem "nokogiri"   \ngem "puma" \t\n`,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'options alone',
    gemfile: `${SOURCE}gem "nokogiri", require: false, group: :test\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", require: false, group: :test'],
  },
  {
    title: 'hash rockets',
    gemfile: `${SOURCE}gem 'nokogiri', :require => false\n`,
    pins: [{ name: 'nokogiri', bounds: ['< 1.18.0'], forceRuby: true }],
    becomes: ["gem 'nokogiri', '< 1.18.0', :require => false, :force_ruby_platform => true"],
  },
  {
    title: 'options in braces',
    gemfile: `${SOURCE}gem "nokogiri", { require: false }\n`,
    pins: forced,
    becomes: ['gem "nokogiri", { require: false, force_ruby_platform: true }'],
  },
  {
    title: 'string keys',
    gemfile: `${SOURCE}gem "nokogiri", "require" => false\n`,
    pins: forced,
    becomes: ['gem "nokogiri", "require" => false, :force_ruby_platform => true'],
  },
  {
    title: '**options',
    gemfile: `OPTIONS = { require: false }\n${SOURCE}gem "nokogiri", "~> 1.16", **OPTIONS\n`,
    pins: [{ name: 'nokogiri', bounds: ['< 1.18.0'], forceRuby: true }],
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0", **OPTIONS, force_ruby_platform: true'],
  },
  {
    title: 'a hash of options in a constant',
    gemfile: `OPTIONS = { require: false }.freeze\n${SOURCE}gem "nokogiri", OPTIONS\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", OPTIONS'],
  },
  {
    title: 'a hash of options in a constant that needs another option',
    gemfile: `OPTIONS = { require: false }.freeze\n${SOURCE}gem "nokogiri", OPTIONS\n`,
    pins: forced,
    becomes: [],
    byHand: { nokogiri: 'computed-options' },
  },
  {
    title: 'a frozen constant as requirement',
    gemfile: `VERSION = "~> 1.16".freeze\n${SOURCE}gem "nokogiri", VERSION\n`,
    becomes: ['gem "nokogiri", VERSION, "< 1.18.0"'],
  },
  {
    title: 'a frozen constant as requirement that is replaced',
    gemfile: `VERSION = "~> 1.18".freeze\n${SOURCE}gem "nokogiri", VERSION, require: false\n`,
    pins: replacing,
    becomes: ['gem "nokogiri", "< 1.18.0", require: false'],
  },
  {
    title: 'a constant that is an array',
    gemfile: `VERSIONS = [">= 1.16", "!= 1.17.0"].freeze\n${SOURCE}gem "nokogiri", VERSIONS\n`,
    becomes: ['gem "nokogiri", VERSIONS, "< 1.18.0"'],
  },
  {
    title: 'requirements spread out of an array',
    gemfile: `${SOURCE}versions = [">= 1.16"]\ngem "nokogiri", *versions, require: false\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", *versions, require: false'],
  },
  {
    title: 'an interpolated requirement',
    gemfile: `${SOURCE}minor = 16\ngem "nokogiri", "~> 1.#{minor}"\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", "~> 1.#{minor}"'],
  },
  {
    title: 'an interpolated requirement that has to be replaced',
    gemfile: `${SOURCE}minor = 18\ngem "nokogiri", "~> 1.#{minor}"\n`,
    pins: replacing,
    becomes: [],
    byHand: { nokogiri: 'computed-requirement' },
  },
  {
    title: 'a requirement from ENV',
    gemfile: `${SOURCE}gem "nokogiri", ENV.fetch("NOKOGIRI", ">= 1.16")\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", ENV.fetch("NOKOGIRI", ">= 1.16")'],
  },
  {
    title: 'a requirement by a condition',
    gemfile: `${SOURCE}gem "nokogiri", RUBY_VERSION >= "3" ? ">= 1.16" : ">= 1.12"\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", RUBY_VERSION >= "3" ? ">= 1.16" : ">= 1.12"'],
  },
  {
    title: 'adjacent strings',
    gemfile: `${SOURCE}gem "noko" "giri", "~> " '1.16'\n`,
    becomes: [`gem "noko" "giri", "~> " '1.16', "< 1.18.0"`],
  },
  {
    title: 'a requirement in parentheses',
    gemfile: `${SOURCE}gem "nokogiri", ("~> 1.16")\n`,
    becomes: ['gem "nokogiri", ("~> 1.16"), "< 1.18.0"'],
  },
  {
    title: 'a heredoc as requirement',
    gemfile: `${SOURCE}gem "nokogiri", <<~VERSION, require: false\n  ~> 1.16\nVERSION\ngem "puma"\n`,
    becomes: ['gem "nokogiri", <<~VERSION, "< 1.18.0", require: false'],
  },
  {
    title: 'a heredoc as requirement that has to be replaced',
    gemfile: `${SOURCE}gem "nokogiri", <<~VERSION\n  ~> 1.18\nVERSION\n`,
    pins: replacing,
    becomes: [],
    byHand: { nokogiri: 'computed-requirement' },
  },
  {
    title: 'a heredoc that holds a gem line',
    gemfile: `${SOURCE}TEXT = <<~TEXT\n  gem "nokogiri"\nTEXT\ngem "nokogiri"\n`,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'a requirement that is replaced',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.18", require: false # keep\n`,
    pins: replacing,
    becomes: ['gem "nokogiri", "< 1.18.0", require: false # keep'],
  },
  {
    title: 'requirements over lines, with a comment between, that are replaced',
    gemfile: `${SOURCE}gem "nokogiri",\n  "~> 1.18", # ] and \\ and "\n  ">= 1.18.2",\n  require: false\n`,
    pins: replacing,
    becomes: ['  "< 1.18.0",'],
  },
  {
    title: 'an array that is replaced',
    gemfile: `${SOURCE}gem 'nokogiri', ['~> 1.18', '>= 1.18.2']\n`,
    pins: replacing,
    becomes: ["gem 'nokogiri', '< 1.18.0'"],
  },
  {
    title: 'a bound that is there already, written otherwise',
    gemfile: `${SOURCE}gem "nokogiri", "<1.18.0", ">= 1.16"\n`,
    becomes: [],
  },
  {
    title: 'one of two bounds is there already',
    gemfile: `${SOURCE}gem "nokogiri", "< 1.18.0"\n`,
    pins: [{ name: 'nokogiri', bounds: ['< 1.18.0', '>= 1.17.1'] }],
    becomes: ['gem "nokogiri", "< 1.18.0", ">= 1.17.1"'],
  },
  {
    title: 'force_ruby_platform is there already',
    gemfile: `${SOURCE}gem "nokogiri", force_ruby_platform: true\n`,
    pins: forced,
    becomes: [],
  },
  {
    title: 'force_ruby_platform is set to something else',
    gemfile: `${SOURCE}gem "nokogiri", force_ruby_platform: false\n`,
    pins: forced,
    becomes: [],
    byHand: { nokogiri: 'option-set' },
  },
  {
    title: 'groups in groups',
    gemfile: `${SOURCE}group :development do\n  group :test, optional: true do\n    gem "nokogiri", require: "nokogiri/html"\n  end\nend\n`,
    becomes: ['    gem "nokogiri", "< 1.18.0", require: "nokogiri/html"'],
  },
  {
    title: 'blocks of platforms, source and install_if',
    gemfile: `${SOURCE}platforms :ruby do\n  install_if -> { true } do\n    source "https://gems.example.com" do\n      gem "nokogiri"\n    end\n  end\nend\n`,
    becomes: ['      gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'a block in braces on one line',
    gemfile: `${SOURCE}group(:test) { gem "nokogiri"; gem "puma" }\n`,
    becomes: ['group(:test) { gem "nokogiri", "< 1.18.0"; gem "puma" }'],
  },
  {
    title: 'two pinned gems on one line',
    gemfile: `${SOURCE}gem "nokogiri"; gem "pg"\n`,
    pins: [...usual, { name: 'pg', bounds: ['< 1.6.0'] }],
    becomes: ['gem "nokogiri", "< 1.18.0"; gem "pg", "< 1.6.0"'],
  },
  {
    title: 'an if behind the call',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16" if RUBY_VERSION > "2"\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0" if RUBY_VERSION > "2"'],
  },
  {
    title: 'an ENV conditional on one line',
    gemfile: `${SOURCE}if ENV["XML"] then gem "nokogiri" else gem "rexml" end\n`,
    env: { XML: '1' },
    becomes: ['if ENV["XML"] then gem "nokogiri", "< 1.18.0" else gem "rexml" end'],
  },
  {
    title: 'a line that goes on behind a backslash',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16" \\\n  if RUBY_VERSION > "2"\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0" \\'],
  },
  {
    title: 'a backslash inside the call',
    gemfile: `${SOURCE}gem "nokogiri", \\\n  "~> 1.16"\n`,
    becomes: ['  "~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'the branches of an if require different versions',
    gemfile: `${SOURCE}if RUBY_VERSION >= "3"\n  gem "nokogiri", "~> 1.16"\nelse\n  gem "nokogiri", "~> 1.12.0"\nend\n`,
    locked: { nokogiri: ['~> 1.16'] },
    becomes: ['  gem "nokogiri", "~> 1.16", "< 1.18.0"', '  gem "nokogiri", "~> 1.12.0"'],
  },
  {
    title: 'the same gem in two groups',
    gemfile: `${SOURCE}group(:test) do\n  gem "nokogiri", "~> 1.16"\nend\ngroup :development do\n  gem "nokogiri", "~> 1.16", require: false\nend\n`,
    becomes: [
      '  gem "nokogiri", "~> 1.16", "< 1.18.0"',
      '  gem "nokogiri", "~> 1.16", "< 1.18.0", require: false',
    ],
  },
  {
    title: 'names in a loop',
    gemfile: `${SOURCE}%w[nokogiri pg].each { |name| gem name }\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'an interpolated name',
    gemfile: `${SOURCE}xml = "giri"\ngem "noko#{xml}"\ngem "puma"\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'a literal name in a loop',
    gemfile: `${SOURCE}1.times do\n  gem "nokogiri"\nend\n`,
    becomes: ['  gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'lines that are commented out',
    gemfile: `${SOURCE}# gem "nokogiri", "~> 1.12"\n=begin\ngem "nokogiri"\n=end\ngem "nokogiri", "~> 1.16"\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0"'],
  },
  {
    title: '__END__ with a gem line behind it',
    gemfile: `${SOURCE}gem "puma"\n__END__\ngem "nokogiri"\n`,
    pins: transitive,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'Windows line breaks',
    gemfile: `${SOURCE}gem "nokogiri"\ngem "puma" # web\n`.replaceAll('\n', '\r\n'),
    pins: [...usual, { name: 'ffi', bounds: ['< 1.17.1'], direct: false }],
    becomes: ['gem "nokogiri", "< 1.18.0"', 'gem "ffi", "< 1.17.1"'],
  },
  {
    title: 'no line break at the end of the file',
    gemfile: `${SOURCE}gem "nokogiri"`,
    pins: [
      ...usual,
      { name: 'ffi', bounds: ['< 1.17.1'], direct: false },
      { name: 'pg', bounds: ['< 1.6'], direct: false },
    ],
    becomes: ['gem "nokogiri", "< 1.18.0"', 'gem "ffi", "< 1.17.1"', 'gem "pg", "< 1.6"'],
  },
  {
    title: 'Windows line breaks and none at the end',
    gemfile: `source 'https://rubygems.org'\r\ngem 'puma'`,
    pins: transitive,
    becomes: ["gem 'nokogiri', '< 1.18.0'"],
  },
  {
    title: 'a byte order mark',
    gemfile: `\ufeff${SOURCE}gem "nokogiri"\n`,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'text beyond ASCII before and on the line',
    gemfile: `# Größe: 日本語 🧩\n${SOURCE}gem "nokogiri", require: "nokogiri" # für XML – ✓\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", require: "nokogiri" # für XML – ✓'],
  },
  {
    title: 'Latin-1 with a magic comment',
    gemfile: `# encoding: iso-8859-1\n${SOURCE}gem "nokogiri" # f\xfcr XML\n`,
    bytes: true,
    becomes: ['gem "nokogiri", "< 1.18.0" # f\xfcr XML'],
  },
  {
    title: 'magic comments and a shebang',
    gemfile: `#!/usr/bin/env ruby\n# frozen_string_literal: true\n# -*- coding: utf-8 -*-\n${SOURCE}gem "nokogiri".dup, "~> 1.16"\n`,
    becomes: ['gem "nokogiri".dup, "~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'a new line in the quotes of the file',
    gemfile: `source 'https://rubygems.org'\ngem 'puma'\ngem 'rails'\n`,
    pins: [{ name: 'ffi', bounds: ['< 1.17.1'], forceRuby: true, direct: false }],
    becomes: ["gem 'ffi', '< 1.17.1', force_ruby_platform: true"],
  },
  {
    title: 'a new line for a gem of another server',
    gemfile: `${SOURCE}source "https://gems.example.com" do\n  gem "private"\nend\n`,
    pins: transitive,
    remotes: { nokogiri: 'https://gems.example.com/' },
    becomes: ['gem "nokogiri", "< 1.18.0", source: "https://gems.example.com/"'],
  },
  {
    title: 'a gem that others bring in, and that a condition may name too',
    gemfile: `${SOURCE}gem "nokogiri" if ENV["XML"]\n`,
    pins: transitive,
    becomes: ['gem "nokogiri", "< 1.18.0" if ENV["XML"]', 'gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'eval_gemfile',
    gemfile: `${SOURCE}eval_gemfile "gemfiles/xml.rb"\n`,
    files: { 'gemfiles/xml.rb': `gem 'nokogiri', '~> 1.16'\n` },
    becomes: ["gemfiles/xml.rb|gem 'nokogiri', '~> 1.16', '< 1.18.0'"],
  },
  {
    title: 'eval_gemfile by File.join and __dir__, and back again',
    gemfile: `${SOURCE}eval_gemfile File.join(__dir__, "gemfiles", "xml.rb")\n`,
    files: {
      'gemfiles/xml.rb': `eval_gemfile File.expand_path("more.rb", __dir__)\n`,
      'gemfiles/more.rb': `gem "nokogiri"\neval_gemfile "#{__dir__}/../Gemfile" if false\n`,
    },
    becomes: ['gemfiles/more.rb|gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'eval_gemfile of a computed path',
    gemfile: `${SOURCE}Dir[File.join(__dir__, "gemfiles/*.rb")].sort.each { |file| eval_gemfile file }\n`,
    files: { 'gemfiles/xml.rb': `gem "nokogiri"\n` },
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'a gemspec’s runtime dependency',
    gemfile: `${SOURCE}gemspec\n`,
    files: {
      'thing.gemspec': `Gem::Specification.new do |spec|\n  spec.name = "thing"\n  spec.version = "1"\n  spec.summary = "x"\n  spec.authors = ["x"]\n  spec.add_dependency "nokogiri", "~> 1.16"\nend\n`,
    },
    pins: transitive,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'a gemspec’s development dependency',
    gemfile: `${SOURCE}gemspec development_group: :dev\n`,
    files: {
      'thing.gemspec': `Gem::Specification.new do |spec|\n  spec.name = "thing"\n  spec.version = "1"\n  spec.summary = "x"\n  spec.authors = ["x"]\n  spec.add_development_dependency "nokogiri", "~> 1.16"\nend\n`,
    },
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0", group: :dev'],
  },
  {
    title: 'a git gem and a path gem around it',
    gemfile: `${SOURCE}git "https://github.com/a/b.git" do\n  gem "b"\nend\ngem "c", path: "c"\ngem "nokogiri", "~> 1.16"\n`,
    files: {
      'c/c.gemspec':
        'Gem::Specification.new { |s| s.name = "c"; s.version = "1"; s.summary = "x"; s.authors = ["x"] }\n',
    },
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'a method that declares gems',
    gemfile: `${SOURCE}def xml(*requirements)\n  gem "nokogiri", *requirements\nend\nxml ">= 1.16"\n`,
    becomes: ['  gem "nokogiri", "< 1.18.0", *requirements'],
  },
  {
    title: 'a comment of ours that the user has added to',
    gemfile: `${SOURCE}gem "puma" # gemcompat: not a record of ours\ngem "nokogiri"\n`,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'a splat of literals and a double splat of a literal hash',
    gemfile: `${SOURCE}gem "nokogiri", *["~> 1.16"], **{ require: false }\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", *["~> 1.16"], **{ require: false }'],
  },
  {
    title: 'the name in a splat',
    gemfile: `${SOURCE}gem(*%w[nokogiri ~>1.16])\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'a version in a local variable',
    gemfile: `${SOURCE}xml = "~> 1.16"\ngem "nokogiri", xml, require: false\n`,
    becomes: ['gem "nokogiri", xml, "< 1.18.0", require: false'],
  },
  {
    title: 'a version in a local variable that has to be replaced',
    gemfile: `${SOURCE}xml = "~> 1.18"\ngem "nokogiri", xml\n`,
    pins: replacing,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
  {
    title: 'a version in a local variable that is set twice, and has to be replaced',
    gemfile: `${SOURCE}xml = "~> 1.18"\nxml = "~> 1.16" if ENV["OLD"]\ngem "nokogiri", xml\n`,
    pins: replacing,
    becomes: [],
    byHand: { nokogiri: 'computed-requirement' },
  },
  {
    title: 'a version in a local variable that is added to',
    gemfile: `${SOURCE}xml = +"~> 1"\nxml << ".16"\ngem "nokogiri", xml\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", xml'],
  },
  {
    title: 'a version in a variable of a block that has the name of another',
    gemfile: `${SOURCE}xml = "~> 1.18"\n["~> 1.16"].each do |xml|\n  gem "nokogiri", xml\nend\n`,
    becomes: ['  gem "nokogiri", "< 1.18.0", xml'],
  },
  {
    title: 'a constant that is changed in place',
    gemfile: `${SOURCE}XML = +"~> 1"\nXML << ".16"\ngem "nokogiri", XML\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", XML'],
  },
  {
    title: 'names and versions in a table',
    gemfile: `${SOURCE}{ "nokogiri" => "~> 1.16", "pg" => "~> 1.5" }.each { |name, version| gem name, version }\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'a method object that declares gems',
    gemfile: `${SOURCE}%w[nokogiri pg].each(&method(:gem))\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'send',
    gemfile: `${SOURCE}send :gem, "nokogiri", "~> 1.16"\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'another receiver',
    gemfile: `${SOURCE}tap { |dsl| dsl.gem "nokogiri", "~> 1.16" }\n`,
    becomes: [],
    byHand: { nokogiri: 'not-found' },
  },
  {
    title: 'the when of a case',
    gemfile: `${SOURCE}case RUBY_ENGINE\nwhen "ruby", "truffleruby"\n  gem "nokogiri", "~> 1.16"\nelse\n  gem "jrjackson"\nend\n`,
    becomes: ['  gem "nokogiri", "~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'the in of a case',
    gemfile: `${SOURCE}case RUBY_VERSION.split(".").map(&:to_i)\nin [3.., *] then gem "nokogiri", "~> 1.16"\nend\n`,
    becomes: ['in [3.., *] then gem "nokogiri", "~> 1.16", "< 1.18.0"'],
  },
  {
    title: 'the value of a parameter',
    gemfile: `${SOURCE}declare = ->(xml = gem("nokogiri", "~> 1.16")) { xml }\ndeclare.call\n`,
    becomes: ['declare = ->(xml = gem("nokogiri", "~> 1.16", "< 1.18.0")) { xml }'],
  },
  {
    title: 'a version from a multiple assignment',
    gemfile: `${SOURCE}xml = "~> 1.18"\nxml, db = "~> 1.16", "~> 1.5"\ngem "nokogiri", xml\ngem "pg", db\n`,
    pins: replacing,
    becomes: [],
    byHand: { nokogiri: 'computed-requirement' },
  },
  {
    title: 'the branches of a case',
    gemfile: `${SOURCE}case RUBY_ENGINE\nwhen "jruby" then gem "jrjackson"\nelse gem "nokogiri", "~> 1.16" # XML\nend\n`,
    becomes: ['else gem "nokogiri", "~> 1.16", "< 1.18.0" # XML'],
  },
  {
    title: 'a group on one line, with do and end',
    gemfile: `${SOURCE}group :test do gem "nokogiri", "~> 1.16" end\n`,
    becomes: ['group :test do gem "nokogiri", "~> 1.16", "< 1.18.0" end'],
  },
  {
    title: 'a comma at the end of a call on one line',
    gemfile: `${SOURCE}gem("nokogiri", "~> 1.16",)\n`,
    becomes: ['gem("nokogiri", "~> 1.16", "< 1.18.0",)'],
  },
  {
    title: 'a comma at the end behind options, which need another one',
    gemfile: `${SOURCE}gem("nokogiri", require: false,)\n`,
    pins: forced,
    becomes: ['gem("nokogiri", require: false, force_ruby_platform: true,)'],
  },
  {
    title: 'a heredoc with a method, inside parentheses',
    gemfile: `${SOURCE}gem("nokogiri", <<~VERSION.strip, require: false)\n  ~> 1.16\nVERSION\ngem "puma"\n`,
    becomes: ['gem("nokogiri", "< 1.18.0", <<~VERSION.strip, require: false)'],
  },
  {
    title: 'a heredoc as an option',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16", require: <<~FILE.chomp\n  nokogiri\nFILE\n`,
    pins: [{ name: 'nokogiri', bounds: ['< 1.18.0'], forceRuby: true }],
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0", require: <<~FILE.chomp, force_ruby_platform: true'],
  },
  {
    title: 'a gem line inside a heredoc',
    gemfile: `${SOURCE}<<~TEXT\n  #{gem "nokogiri", "~> 1.16"}\nTEXT\n`,
    becomes: [],
    byHand: { nokogiri: 'no-place' },
  },
  {
    title: 'a gem line inside a string',
    gemfile: `${SOURCE}"#{gem "nokogiri", "~> 1.16"}"\n`,
    becomes: ['"#{gem "nokogiri", "~> 1.16", "< 1.18.0"}"'],
  },
  {
    title: 'a semicolon and a comment behind it',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16"; # XML; HTML\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0"; # XML; HTML'],
  },
  {
    title: 'blank lines and comments between the arguments',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16",\n\n  # loaded late\n\n  require: false\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0",'],
  },
  {
    title: 'two gems joined by and',
    gemfile: `${SOURCE}gem "nokogiri", "~> 1.16" and gem "pg"\n`,
    becomes: ['gem "nokogiri", "~> 1.16", "< 1.18.0" and gem "pg"'],
  },
  {
    title: 'a requirement that is picked from an array',
    gemfile: `${SOURCE}gem "nokogiri", ["~> 1.16", "~> 1.12"].first\n`,
    becomes: ['gem "nokogiri", "< 1.18.0", ["~> 1.16", "~> 1.12"].first'],
  },
  {
    title: 'a ternary in the requirement and one in the options',
    gemfile: `${SOURCE}gem "nokogiri", (ENV["EDGE"] ? ">= 1.16" : "~> 1.16"), require: ENV["EDGE"] ? false : "nokogiri"\n`,
    becomes: [
      'gem "nokogiri", "< 1.18.0", (ENV["EDGE"] ? ">= 1.16" : "~> 1.16"), require: ENV["EDGE"] ? false : "nokogiri"',
    ],
  },
  {
    title: 'a byte order mark, Windows line breaks, a magic comment and __END__ together',
    gemfile:
      `\ufeff# frozen_string_literal: true\n${SOURCE}if ENV["XML"]\n  gem "nokogiri", "~> 1.16" # größer\nend\n__END__\ngem "pg"\n`.replaceAll(
        '\n',
        '\r\n',
      ),
    env: { XML: '1' },
    pins: [...usual, { name: 'ffi', bounds: ['< 1.17.1'], direct: false }],
    becomes: ['  gem "nokogiri", "~> 1.16", "< 1.18.0" # größer', 'gem "ffi", "< 1.17.1"'],
  },
  {
    title: 'a lambda that is called at once',
    gemfile: `${SOURCE}-> { gem "nokogiri", "~> 1.16" }.call\n`,
    becomes: ['-> { gem "nokogiri", "~> 1.16", "< 1.18.0" }.call'],
  },
  {
    title: 'self, and no space before the argument list',
    gemfile: `${SOURCE}self.gem("nokogiri","~> 1.16",:require=>false)\n`,
    pins: [{ name: 'nokogiri', bounds: ['< 1.18.0'], forceRuby: true }],
    becomes: ['self.gem("nokogiri","~> 1.16", "< 1.18.0",:require=>false, :force_ruby_platform => true)'],
  },
  {
    title: 'eval_gemfile of a file outside of the project',
    gemfile: `${SOURCE}eval_gemfile "../shared.rb"\ngem "puma"\n`,
    files: { '../shared.rb': `gem "nokogiri", "~> 1.16"\n` },
    becomes: [],
    byHand: { nokogiri: 'outside' },
  },
  {
    title: 'eval_gemfile through a link that leads outside of the project',
    gemfile: `${SOURCE}eval_gemfile "linked.rb"\n`,
    files: { '../shared.rb': `gem "nokogiri", "~> 1.16"\n` },
    links: { 'linked.rb': '../shared.rb' },
    becomes: [],
    byHand: { nokogiri: 'outside' },
  },
  {
    title: 'an empty Gemfile',
    gemfile: '',
    pins: transitive,
    becomes: ['gem "nokogiri", "< 1.18.0"'],
  },
];
