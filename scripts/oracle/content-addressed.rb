# frozen_string_literal: true

# Run with -I DIRECTORY/lib, DIRECTORY being a checkout of RubyGems that knows content-addressed gems. Takes a JSON array of
# universes on standard input, and answers with what Bundler's own functions select in each, and a model of what was merged
# later: the rows by their place.

require "json"
require "bundler"
require "bundler/endpoint_specification"
require "bundler/match_platform"
require "rubygems/resolver"

Fetcher = Struct.new(:uri) do
  def fetch_spec(*) = raise("the index says all that is asked")
end

module Running
  class << self
    attr_accessor :ruby, :rubygems, :platform
  end
end

def Gem.ruby_version = Running.ruby
def Gem.rubygems_version = Running.rubygems
def Bundler.local_platform = Running.platform

def specification(row)
  version, platform, dependencies, metadata = Gem::Resolver::APISet::GemParser.new.parse(row)
  spec = Bundler::EndpointSpecification.new(
    "demo", version, platform || Gem::Platform::RUBY, Fetcher.new("https://rubygems.org/"), dependencies, metadata
  )
  # Of a lockfile's specification this finds the one of the index; this is one.
  spec.define_singleton_method(:materialized_for_installation) { |*| self }
  spec
end

# A model, written from what was read of the merged rules (ruby/rubygems at a4182f39) on top of the branch's own specifications and
# platforms: it is no run of the merged code.
module Merged
  ADDRESS = /\A[0-9a-f]{8,64}\z/

  # A row that is not bound to one Ruby ABI is one of a platform that is called so; the platform stands with or without `=`.
  def self.row(line)
    one_abi = line.match?(/[|,]ruby:~> \d+\.\d+\.0(?:,|\z)/)
    one_abi ? line.sub(/,platform:(?:= )?/, ",platform:= ") : line.sub(/,platform:[^,]+/, "")
  end

  def self.select(specs, platform)
    matching = specs.select { |spec| spec.installable_on_platform?(platform) }
    Gem::Platform.sort_and_filter_best_platform_match(preferred(matching), platform)
  end

  def self.preferred(matching)
    addressed, others = matching.partition { |spec| ADDRESS.match?(spec.content_address.to_s) }
    fitting = addressed.select(&:matches_current_metadata?)
    fitting.reject! { |spec| fitting.any? { |other| longer?(other, spec) } }
    [fitting, others, matching].find(&:any?) || []
  end

  def self.longer?(other, spec)
    other.platform == spec.platform && other.content_address.length > spec.content_address.length &&
      other.content_address.start_with?(spec.content_address)
  end
end

answers = JSON.parse($stdin.read).map do |universe|
  Running.ruby = Gem::Version.new(universe["ruby"])
  Running.rubygems = Gem::Version.new(universe["rubygems"])
  Running.platform = Gem::Platform.new(universe["platform"])
  specs = universe["rows"].map { |row| specification(row) }
  merged = universe["rows"].map { |row| specification(Merged.row(row)) }
  places = ->(selected, all) { selected.map { |spec| all.index { |one| one.equal?(spec) } } }
  {
    best: places.call(Bundler::MatchPlatform.select_best_platform_match(specs, Running.platform), specs),
    local: places.call(Bundler::MatchPlatform.select_best_local_platform_match(specs), specs),
    model: places.call(Merged.select(merged, Running.platform), merged),
  }
end
puts JSON.generate(version: Gem::VERSION, answers: answers)
