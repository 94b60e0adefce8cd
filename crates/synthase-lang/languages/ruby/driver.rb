# The Ruby end of the conversation between the broker and a program. Frames travel on descriptor 3: four
# bytes of length (little-endian), then JSON. Expected values are never sent here.
#
# Ruby's values tell what they are. The types of the signature only say whether an array is a tuple, whether a
# string is text or bytes, and whether a hash is a record; by "any" an array is a list, a string is bytes if its
# encoding is binary and it holds more than ASCII, and a hash is a map. Symbols count as texts. A record comes as
# a hash with symbols as keys.
#
# All names are local to the block below, so that a program does not see them.
lambda do
  require "json"
  require "set"

  parse_json, to_json = JSON.method(:parse), JSON.method(:generate)
  max_depth, max_exact, max_frame = 40, 1 << 53, 8 << 20
  main = TOPLEVEL_BINDING.receiver
  no_value = Class.new(StandardError)

  # ---- values to JSON text ---------------------------------------------------------------------

  part_of = ->(type, kind) { type.is_a?(Hash) ? type[kind] : nil }

  encode_string = lambda do |value, type|
    binary = value.encoding == Encoding::BINARY
    if type == "bytes" || (type == "any" && binary && !value.ascii_only?)
      next "{\"$bytes\":\"#{value.unpack1("H*")}\"}"
    end
    value = binary ? value.dup.force_encoding("UTF-8") : value.encode("UTF-8")
    raise no_value, "a text that is no valid #{value.encoding}" unless value.valid_encoding?
    to_json.call(String.new(value))
  rescue EncodingError
    raise no_value, "a text that cannot be written in UTF-8"
  end

  encode = lambda do |value, type, depth = max_depth|
    raise no_value, "nested deeper than #{max_depth} levels" if depth == 0
    inner = depth - 1
    type = part_of[type, "optional"] || type
    case value
    when nil then "null"
    when true then "true"
    when false then "false"
    when Integer then value.abs <= max_exact ? value.to_s : "{\"$int\":\"#{value}\"}"
    when Float
      next value.to_s if value.finite?
      "{\"$float\":\"#{value.nan? ? "nan" : value > 0 ? "inf" : "-inf"}\"}"
    when String then encode_string[value, type]
    when Symbol then encode_string[value.name, "str"]
    when Array
      tuple = part_of[type, "tuple"]
      of = part_of[type, "list"] || part_of[type, "set"] || "any"
      parts = value.each_with_index.map { |item, i| encode[item, tuple ? tuple[i] || "any" : of, inner] }
      tuple ? "{\"$tuple\":[#{parts.join(",")}]}" : "[#{parts.join(",")}]"
    when Hash
      fields = part_of[type, "record"]
      if fields
        parts = fields.map do |name, of|
          item = value.fetch(name.to_sym) { value.fetch(name) { raise no_value, "a record without #{name}" } }
          "[#{to_json.call(name)},#{encode[item, of, inner]}]"
        end
        next "{\"$record\":[null,[#{parts.join(",")}]]}"
      end
      key_type, item_type = part_of[type, "map"] || %w[any any]
      pairs = value.map { |key, item| [encode[key, key_type, inner], encode[item, item_type, inner]] }
      if pairs.all? { |key, _| key.start_with?("\"") && !key.start_with?("\"$") }
        "{#{pairs.map { |key, item| "#{key}:#{item}" }.join(",")}}"
      else
        "{\"$map\":[#{pairs.map { |key, item| "[#{key},#{item}]" }.join(",")}]}"
      end
    when Set
      of = part_of[type, "set"] || "any"
      "{\"$set\":[#{value.map { |item| encode[item, of, inner] }.join(",")}]}"
    when Struct
      name = value.class.name
      fields = part_of[type, "record"].to_h
      parts = value.members.map do |field|
        "[#{to_json.call(field.name)},#{encode[value[field], fields[field.name] || "any", inner]}]"
      end
      "{\"$record\":[#{name ? to_json.call(name) : "null"},[#{parts.join(",")}]]}"
    when Time
      text = value.getutc.strftime("%Y-%m-%dT%H:%M:%S.%6N").sub(/\.?0*\z/, "")
      "{\"$tag\":[\"datetime\",\"#{text}\"]}"
    else
      if defined?(Date) && value.instance_of?(Date)
        next "{\"$tag\":[\"date\",\"#{value.strftime("%F")}\"]}"
      elsif defined?(BigDecimal) && value.is_a?(BigDecimal) && value.finite?
        next "{\"$tag\":[\"decimal\",\"#{value.to_s("F")}\"]}"
      elsif defined?(Data.define) && value.is_a?(Data)
        fields = part_of[type, "record"].to_h
        parts = value.to_h.map do |field, item|
          "[#{to_json.call(field.name)},#{encode[item, fields[field.name] || "any", inner]}]"
        end
        name = value.class.name
        next "{\"$record\":[#{name ? to_json.call(name) : "null"},[#{parts.join(",")}]]}"
      end
      raise no_value, "an object of class #{value.class.name}"
    end
  end

  # What a result that can be walked once gives, as the list that a test would make of it.
  settle = ->(value) { value.is_a?(Enumerator) || value.is_a?(Range) ? value.to_a : value }

  # ---- JSON to values --------------------------------------------------------------------------

  revive_tagged = lambda do |tag, text|
    case tag
    when "date"
      require "date"
      Date.iso8601(text)
    when "datetime"
      date, second = text.split("T")
      hours, minutes, seconds = second.split(":")
      Time.utc(*date.split("-").map(&:to_i), hours.to_i, minutes.to_i, seconds.to_r)
    when "decimal"
      require "bigdecimal"
      BigDecimal(text)
    else raise no_value, "Ruby has no value for #{tag} literals"
    end
  end

  revive = lambda do |json|
    next json.map(&revive) if json.is_a?(Array)
    next json unless json.is_a?(Hash)
    key, content = json.first
    if json.size == 1 && key.start_with?("$")
      case key
      when "$int" then next Integer(content, 10)
      when "$float" then next({ "nan" => Float::NAN, "inf" => Float::INFINITY }.fetch(content, -Float::INFINITY))
      when "$bytes" then next [content].pack("H*")
      when "$tuple" then next content.map(&revive)
      when "$set" then next content.map(&revive).to_set
      when "$some" then next revive[content]
      when "$map" then next content.to_h { |name, item| [revive[name], revive[item]] }
      when "$record" then next content[1].to_h { |name, item| [name.to_sym, revive[item]] }
      when "$tag" then next revive_tagged[*content]
      end
    end
    json.transform_values(&revive)
  end

  # ---- running ---------------------------------------------------------------------------------

  lossy = lambda do |text|
    text = String.new(text.to_s[0, 10_000])
    to_json.call(text.encode("UTF-8", invalid: :replace, undef: :replace).scrub)
  end

  describe = lambda do |error|
    kinds = error.class.ancestors.grep(Class) - [Object, BasicObject]
    names = kinds.filter_map { |kind| kind.name && lossy[kind.name] }
    message = begin
      lossy[error.message]
    rescue Exception
      '""'
    end
    "[#{names[0]},#{message},[#{names.drop(1).join(",")}]]"
  end

  flush = lambda do
    [$stdout, STDOUT, STDERR].each do |stream|
      stream.flush
    rescue Exception
      nil
    end
  end

  # The method of a name that a program defines at its outermost level or in `class Solution`.
  find_entry = lambda do |name|
    if main.respond_to?(name, true)
      found = main.method(name)
      next found if found.source_location
    end
    next nil unless Object.const_defined?(:Solution)
    solution = Object.const_get(:Solution)
    next solution.method(name) if solution.respond_to?(name) && solution.method(name).source_location
    next nil unless solution.is_a?(Class) && solution.method_defined?(name)
    solution.new.method(name)
  end

  # The entry point, or the content of the answer that says why there is none.
  load_program = lambda do |message|
    prelude, source = message["prelude"].to_s, message["source"]
    begin
      code = RubyVM::InstructionSequence.compile("#{prelude}\n#{source}", "program.rb", nil, -prelude.count("\n"))
    rescue SyntaxError, EncodingError, ArgumentError => error
      begin
        RubyVM::InstructionSequence.compile(prelude)
      rescue SyntaxError => fault
        next nil, "\"prelude\":#{lossy[fault.message]}"
      end
      next nil, "\"syntax\":#{lossy[error.message]}"
    end
    begin
      code.eval
    rescue SystemExit => error
      next nil, "\"exit\":#{error.status}"
    rescue Exception => error
      # The prelude stands on the lines up to 0.
      line = error.backtrace.to_a.filter_map { |frame| frame[/\Aprogram\.rb:(-?\d+)/, 1] }.last
      next nil, "\"prelude\":#{lossy["#{error.class}: #{error.message}"]}" if line && line.to_i < 1
      next nil, "\"load\":#{describe[error]}"
    ensure
      flush[]
    end
    entry = find_entry[message["entry"]]
    entry ? [entry, nil] : [nil, '"missing":true']
  end

  call = lambda do |entry, given, question, types|
    begin
      args = given.map(&revive)
    rescue Exception => error
      next "\"unfit\":#{lossy[error.message]}"
    end
    begin
      begin
        result = entry.call(*args)
        result = settle[result] if question["loose"]
      ensure
        flush[]
      end
      content = begin
        "\"value\":#{encode[result, types["returns"]]}"
      rescue no_value => error
        "\"invalid\":#{lossy[error.message]}"
      rescue Exception => error
        "\"invalid\":#{lossy["its value cannot be read: #{error.class}"]}"
      end
    rescue SystemExit => error
      content = "\"exit\":#{error.status}"
    rescue Exception => error
      content = "\"raised\":#{describe[error]}"
    end
    if question["after"]
      begin
        parts = args.each_with_index.map { |arg, i| encode[arg, types["params"][i] || "any"] }
        content += ",\"after\":[#{parts.join(",")}]"
      rescue Exception
        content += ',"after":null'
      end
    end
    content
  end

  # The answers to the calls of a question, or the wish to be asked one by one.
  answer = lambda do |entry, question, types|
    size, answers = 0, []
    question["calls"].each do |given|
      content = call[entry, given, question, types]
      size += content.bytesize + 16
      if size > max_frame
        return '"split":true' if question["calls"].size > 1
        content = "\"invalid\":\"more than #{max_frame} bytes\""
      end
      answers << "{#{content}}"
    end
    "\"answers\":[#{answers.join(",")}]"
  end

  # ---- frames ----------------------------------------------------------------------------------

  # Answers the conversation on descriptor 3.
  serve = lambda do
    channel = IO.for_fd(3, "r+b", autoclose: false)
    channel.sync = true
    receive = lambda do
      head = channel.read(4)
      body = head && channel.read(head.unpack1("V"))
      exit!(0) if body.nil?
      parse_json.call(body.force_encoding("UTF-8"), max_nesting: false)
    end
    nonce = nil
    send = lambda do |seq, content|
      body = "{\"nonce\":\"#{nonce}\",\"seq\":#{seq},#{content}}".b
      channel.write([body.bytesize].pack("V") + body)
    end

    message = receive[]
    nonce = message["nonce"]
    if message["op"] == "hello"
      send[message["seq"], '"ready":true']
      message = receive[]
    end
    types = message["types"]
    entry, failure = load_program[message]
    if failure
      send[message["seq"], failure]
      exit!(0)
    end
    first = message["calls"] ? ",#{answer[entry, message, types]}" : ""
    send[message["seq"], "\"loaded\":true#{first}"]
    loop do
      question = receive[]
      send[question["seq"], answer[entry, question, types]]
    end
  end

  # Forks a process for each run; the library enters the box. This process never runs a program's text.
  zygote = lambda do
    require "fiddle"
    library = Fiddle.dlopen(ENV.fetch("SYNTHASE_ZYGOTE"))
    function = ->(name, takes) { Fiddle::Function.new(library[name], takes, Fiddle::TYPE_INT) }
    wanted, become = function["synthase_next", []], function["synthase_become", []]
    report = function["synthase_report", [Fiddle::TYPE_INT]]
    hello = function["synthase_hello", []]
    Process.respond_to?(:warmup) ? Process.warmup : GC.start
    hello.call
    while wanted.call == 1
      child = fork
      if child.nil?
        become.call
        serve[]
      end
      report.call(child)
    end
    exit!(0)
  end

  mode = ARGV.shift
  mode == "zygote" ? zygote[] : serve[]
end.call
