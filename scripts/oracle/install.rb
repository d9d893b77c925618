# frozen_string_literal: true

# What Bundler would install, by its own Installer#run: the index is served from memory, and nothing is written but the Gemfile and
# the lockfile of the project. `INSTALL_PROJECTS` are projects as scripts/oracle/install-projects.ts makes them.
require "json"
require "tmpdir"
require "fileutils"
require "bundler"
require "bundler/installer"

module InMemory
  class << self
    attr_accessor :specs, :local, :ruby
  end

  # The remote of every source of RubyGems; nothing is installed on the machine.
  module Source
    def remote_specs
      @remote_specs ||= index_of(InMemory.specs)
    end

    def installed_specs
      @installed_specs ||= Bundler::Index.new
    end

    def default_specs
      @default_specs ||= Bundler::Index.new
    end

    def cached_specs
      @cached_specs ||= Bundler::Index.new
    end

    def dependency_api_available?
      true
    end

    def double_check_for(*) end

    def spec_names
      InMemory.specs.map {|spec| spec["name"] }
    end

    private

    def index_of(specs)
      index = Bundler::Index.new
      specs.each {|given| index << InMemory.spec(given, self) }
      index
    end
  end

  # Everything of the installer but what is written.
  module Installer
    def install(*)
      throw :installed, @definition.specs.map {|spec| [spec.name, spec.version.to_s, spec.platform.to_s] }
    end

    def lock(*) end

    def load_plugins(*) end
  end

  def self.spec(given, source)
    Gem::Specification.new do |s|
      s.name = given["name"]
      s.version = given["version"]
      s.platform = Gem::Platform.new(given["platform"])
      s.required_ruby_version = given["ruby"] unless given["ruby"].empty?
      s.required_rubygems_version = given["rubygems"] unless given["rubygems"].empty?
      given["dependencies"].each {|name, *requirement| s.add_runtime_dependency(name, *requirement) }
      s.source = source
    end
  end

  def self.prepare
    Bundler::Source::Rubygems.prepend(Source)
    Bundler::Installer.prepend(Installer)
    Gem.singleton_class.define_method(:ruby_version) { Gem::Version.new(InMemory.ruby) }
    Bundler::RubyVersion.singleton_class.define_method(:system) do
      Bundler::RubyVersion.new(InMemory.ruby, nil, "ruby", InMemory.ruby)
    end
    Gem::Platform.singleton_class.define_method(:local) {|*| InMemory.local }
    Bundler.singleton_class.define_method(:create_bundle_path) {|*| }
    Bundler::ProcessLock.singleton_class.define_method(:lock) {|*, &block| block.call }
    Bundler.singleton_class.define_method(:load_plugins) {|*| }
    Bundler.ui = Bundler::UI::Silent.new
  end

  # Ruby in WebAssembly cannot fork: what Bundler remembers from the project before is forgotten.
  def self.forget
    Bundler.reset!
    holders = [Bundler, Gem::Platform]
    holders << Bundler::GemHelpers if defined?(Bundler::GemHelpers)
    holders.each do |holder|
      %i[@local_platform @generic_local_platform @generic].each do |name|
        holder.remove_instance_variable(name) if holder.instance_variable_defined?(name)
      end
    end
    Bundler.ui = Bundler::UI::Silent.new
  end

  # @return [[name, version, platform]…], or the class and message of what is raised
  def self.ask(project, directory)
    InMemory.specs = project["index"]
    InMemory.ruby = project["ruby"]
    InMemory.local = Gem::Platform.new(project["local"])
    Gem.platforms = [Gem::Platform::RUBY, InMemory.local]
    gemfile = File.join(directory, "Gemfile")
    lockfile = File.join(directory, "Gemfile.lock")
    File.write(gemfile, project["gemfile"])
    File.write(lockfile, project["lockfile"])
    ENV["BUNDLE_GEMFILE"] = gemfile
    ENV["BUNDLE_APP_CONFIG"] = File.join(directory, ".bundle")
    ENV["BUNDLE_FROZEN"] = project["frozen"] ? "true" : nil
    ENV["BUNDLE_FORCE_RUBY_PLATFORM"] = project["forceAll"] ? "true" : nil
    definition = Bundler::Definition.build(Pathname(gemfile), Pathname(lockfile), nil)
    Bundler.instance_variable_set(:@definition, definition) # Bundler.most_specific_locked_platform? of 2.4 and 2.5 asks it
    specs = catch(:installed) do
      definition.validate_runtime!
      Bundler::Installer.new(Pathname(directory), definition).run("jobs" => 1)
      []
    end
    { "specs" => specs.reject {|name,| name == "bundler" }.sort }
  rescue StandardError, LoadError, NotImplementedError => e
    { "error" => e.class.name, "message" => e.message.lines.first(3).join.strip, "at" => e.backtrace.first }
  end

  def self.apart
    reader, writer = IO.pipe
    pid = fork do
      reader.close
      writer.write(JSON.generate(yield))
      writer.close
      exit!(0)
    end
    writer.close
    answer = reader.read
    Process.wait(pid)
    JSON.parse(answer)
  end

  def self.answers(projects, directory)
    projects.map do |project|
      if Process.respond_to?(:fork)
        apart { ask(project, directory) }
      else
        forget
        ask(project, directory)
      end
    end
  end
end

InMemory.prepare
if $PROGRAM_NAME == __FILE__
  Dir.mktmpdir do |directory|
    ENV["HOME"] = directory
    answers = InMemory.answers(JSON.parse($stdin.read), directory)
    puts JSON.generate("bundler" => Bundler::VERSION, "rubygems" => Gem::VERSION, "answers" => answers)
  end
end
