-- The Lua end of the conversation between the broker and a program. Frames are four bytes of length
-- (little-endian), then JSON. Expected values are never sent here.
--
-- Lua opens files by name only, and a socket has none. So the shell that starts this driver makes the socket its
-- standard input and output, and the output of the program becomes descriptor 4, which is opened by name. The
-- program gets other streams for both.
--
-- A Lua table does not say whether it is a list or a map, and a string not whether it is text or bytes, so the types
-- of the signature decide. By "any" a table is a list if its keys are 1, 2, 3, …, or if it is empty, and a string is
-- text if it is valid UTF-8. Integers and whole floats are equal in Lua; they become what the type says, and by
-- "any" they stay what they are. Several results are a tuple where the type says so.

local function drive()
  local input, output = io.stdin, io.stdout
  local open, exit, popen = io.open, os.exit, io.popen
  local concat, unpack, pack, sort = table.concat, table.unpack, table.pack, table.sort
  local find, sub, gsub, format = string.find, string.sub, string.gsub, string.format
  local byte, char = string.byte, string.char
  local to_frame, from_frame = string.pack, string.unpack
  local utf8_char, utf8_len = utf8.char, utf8.len
  local kind_of, to_integer = math.type, math.tointeger
  local type, pairs, ipairs, next, select = type, pairs, ipairs, next, select
  local tonumber, tostring = tonumber, tostring
  local pcall, error, load, rawget, getmetatable = pcall, error, load, rawget, debug.getmetatable
  local MAX_DEPTH, MAX_EXACT, MAX_FRAME = 40, 1 << 53, 8 << 20
  local HUGE, describe_function, globals = math.huge, debug.getinfo, _G
  local NULL = {}

  -- What `refuse` raises, so that it is told from errors of any other kind.
  local refused = nil
  local function refuse(text)
    refused = text
    error(NULL, 0)
  end

  -- ---- values to JSON text ---------------------------------------------------------------------

  local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\" }
  local function escaped(c)
    return ESCAPES[c] or format("\\u%04x", byte(c))
  end

  local function quote(text)
    return '"' .. gsub(text, '[%c"\\\127]', escaped) .. '"'
  end

  local function encode_float(value)
    if value ~= value then return '{"$float":"nan"}' end
    if value == HUGE then return '{"$float":"inf"}' end
    if value == -HUGE then return '{"$float":"-inf"}' end
    local text
    for digits = 15, 17 do
      text = format("%." .. digits .. "g", value)
      if tonumber(text) == value then break end
    end
    return find(text, "[.e]") and text or text .. ".0"
  end

  local function part(kind, name)
    return type(kind) == "table" and kind[name] or nil
  end

  local encode

  local function is_list(value)
    local count = 0
    for _ in next, value do count = count + 1 end
    for i = 1, count do
      if rawget(value, i) == nil then return false end
    end
    return true
  end

  local function encode_record(value, fields, depth)
    local parts = {}
    for i, field in ipairs(fields) do
      parts[i] = "[" .. quote(field[1]) .. "," .. encode(rawget(value, field[1]), field[2], depth) .. "]"
    end
    return '{"$record":[null,[' .. concat(parts, ",") .. "]]}"
  end

  local function encode_table(value, kind, depth)
    if part(kind, "record") then return encode_record(value, kind.record, depth) end
    local parts = {}
    if not part(kind, "map") and is_list(value) then
      local tuple, of = part(kind, "tuple"), part(kind, "list") or part(kind, "set") or "any"
      for i = 1, #value do parts[i] = encode(rawget(value, i), tuple and tuple[i] or of, depth) end
      local text = "[" .. concat(parts, ",") .. "]"
      return tuple and '{"$tuple":' .. text .. "}" or part(kind, "set") and '{"$set":' .. text .. "}" or text
    end
    local key_kind, item_kind = unpack(part(kind, "map") or { "any", "any" })
    local plain = true
    for key, item in next, value do
      if key_kind == "str" and type(key) == "number" then key = tostring(key) end
      local name = encode(key, key_kind, depth)
      plain = plain and find(name, '^"[^$]') ~= nil
      parts[#parts + 1] = { name, encode(item, item_kind, depth) }
    end
    -- The order of a table is not the same in every run.
    sort(parts, function(a, b) return a[1] < b[1] end)
    for i, pair in ipairs(parts) do
      parts[i] = plain and pair[1] .. ":" .. pair[2] or "[" .. pair[1] .. "," .. pair[2] .. "]"
    end
    return plain and "{" .. concat(parts, ",") .. "}" or '{"$map":[' .. concat(parts, ",") .. "]}"
  end

  function encode(value, kind, depth)
    if depth == 0 then refuse("nested deeper than " .. MAX_DEPTH .. " levels") end
    kind = part(kind, "optional") or kind
    local own = type(value)
    if own == "nil" then return "null" end
    if own == "boolean" then return tostring(value) end
    if own == "number" then
      if kind == "float" then value = value + 0.0 end
      if kind == "int" then value = to_integer(value) or value end
      if kind_of(value) == "float" then return encode_float(value) end
      local text = format("%d", value)
      return -MAX_EXACT <= value and value <= MAX_EXACT and text or '{"$int":"' .. text .. '"}'
    end
    if own == "string" then
      if kind ~= "bytes" and utf8_len(value) then return quote(value) end
      if kind ~= "bytes" and kind ~= "any" then refuse("a text that is no valid UTF-8") end
      return '{"$bytes":"' .. gsub(value, ".", function(c) return format("%02x", byte(c)) end) .. '"}'
    end
    if own == "table" then return encode_table(value, kind, depth - 1) end
    refuse("a " .. own)
  end

  -- ---- JSON to values --------------------------------------------------------------------------

  local UNESCAPES = { n = "\n", t = "\t", r = "\r", b = "\b", f = "\f" }

  -- Each gives a value and the place behind it.
  local parse
  local function parse_string(text, at)
    local parts = {}
    while true do
      local _, stop, plain = find(text, '^([^"\\]*)', at)
      parts[#parts + 1] = plain
      at = stop + 1
      local c = sub(text, at, at)
      if c == '"' then return concat(parts), at + 1 end
      c = sub(text, at + 1, at + 1)
      at = at + 2
      if c == "u" then
        local code = tonumber(sub(text, at, at + 3), 16)
        at = at + 4
        if code >= 0xD800 and code < 0xDC00 then
          code = 0x10000 + ((code - 0xD800) << 10) + tonumber(sub(text, at + 2, at + 5), 16) - 0xDC00
          at = at + 6
        end
        parts[#parts + 1] = utf8_char(code)
      else
        parts[#parts + 1] = UNESCAPES[c] or c
      end
    end
  end

  local function parse_items(text, at, close, read)
    local _, stop = find(text, "^%s*" .. close, at)
    while not stop do
      at = read(find(text, "%S", at))
      at = select(2, find(text, "^%s*,?", at)) + 1
      _, stop = find(text, "^%s*" .. close, at)
    end
    return stop + 1
  end

  function parse(text, at)
    at = find(text, "%S", at)
    local c = sub(text, at, at)
    if c == '"' then return parse_string(text, at + 1) end
    if c == "[" then
      local list, count = {}, 0
      at = parse_items(text, at + 1, "%]", function(start)
        local item, after = parse(text, start)
        count = count + 1
        list[count] = item
        return after
      end)
      list.n = count
      return list, at
    end
    if c == "{" then
      local map = {}
      at = parse_items(text, at + 1, "}", function(start)
        local key, colon = parse_string(text, start + 1)
        local item, after = parse(text, find(text, ":", colon, true) + 1)
        map[key] = item
        return after
      end)
      return { map = map }, at
    end
    if c == "t" then return true, at + 4 end
    if c == "f" then return false, at + 5 end
    if c == "n" then return NULL, at + 4 end
    local _, stop = find(text, "^[-+.%deE]+", at)
    return tonumber(sub(text, at, stop)), stop + 1
  end

  -- The same without the marks by which lists and maps are told apart; for questions and types.
  local function plain(json)
    if json == NULL then return nil end
    if type(json) ~= "table" then return json end
    local out = {}
    for key, item in pairs(json.map or json) do
      if json.map or key ~= "n" then out[key] = plain(item) end
    end
    return out
  end

  local revive

  local function revive_list(json)
    local out = {}
    for i = 1, json.n do
      local item = revive(json[i])
      if item == nil then refuse("null in a list") end
      out[i] = item
    end
    return out
  end

  local function put(map, key, item)
    if item == nil then refuse("null in a map") end
    if key == nil or key ~= key or type(key) == "table" then refuse("a key that is no text, number or truth") end
    map[key] = item
  end

  local REVIVED = {
    ["$int"] = function(content)
      local value = to_integer(tonumber(content))
      if not value or format("%d", value) ~= content then
        refuse("the integer " .. content .. " needs more than 64 bits")
      end
      return value
    end,
    ["$float"] = function(content)
      return content == "nan" and 0.0 / 0.0 or content == "inf" and HUGE or -HUGE
    end,
    ["$bytes"] = function(content)
      return (gsub(content, "..", function(pair) return char(tonumber(pair, 16)) end))
    end,
    ["$tuple"] = function(content) return revive_list(content) end,
    ["$some"] = function(content) return revive(content) end,
    ["$map"] = function(content)
      local map = {}
      for i = 1, content.n do put(map, revive(content[i][1]), revive(content[i][2])) end
      return map
    end,
    ["$record"] = function(content)
      local record = {}
      for i = 1, content[2].n do record[content[2][i][1]] = revive(content[2][i][2]) end
      return record
    end,
  }

  function revive(json)
    if json == NULL then return nil end
    if type(json) ~= "table" then return json end
    if not json.map then return revive_list(json) end
    local name, content = next(json.map)
    if name and sub(name, 1, 1) == "$" and next(json.map, name) == nil then
      local form = REVIVED[name] or refuse("Lua has no value for the form " .. name)
      return form(content)
    end
    local map = {}
    for key, item in next, json.map do put(map, key, revive(item)) end
    return map
  end

  -- ---- frames ----------------------------------------------------------------------------------

  local function receive()
    local head = input:read(4)
    if not head or #head < 4 then exit(0) end
    local body = input:read((from_frame("<I4", head)))
    if not body then exit(0) end
    return (parse(body, 1)).map
  end

  local nonce
  local function send(seq, content)
    local body = format('{"nonce":%s,"seq":%d,', quote(nonce), seq) .. content .. "}"
    output:write(to_frame("<I4", #body), body)
    output:flush()
  end

  -- ---- running ---------------------------------------------------------------------------------

  -- The streams of the program.
  local printed = open("/dev/fd/4", "w") or open("/proc/self/fd/4", "w")
  if not printed then
    -- Descriptor 4 may itself be a socket.
    printed = popen("cat >&4", "w")
  end
  local nothing = open("/dev/null", "r")
  io.stdout, io.stdin = printed, nothing
  io.output(printed)
  io.input(nothing)
  function print(...)
    local texts = pack(...)
    for i = 1, texts.n do texts[i] = tostring(texts[i]) end
    printed:write(concat(texts, "\t", 1, texts.n), "\n")
  end

  local function flush()
    pcall(printed.flush, printed)
  end

  -- A text that is valid UTF-8: every byte that is part of no character becomes a question mark.
  local function lossy(text)
    text = sub(text, 1, 10000)
    local _, bad = utf8_len(text)
    while bad do
      text = sub(text, 1, bad - 1) .. "?" .. sub(text, bad + 1)
      _, bad = utf8_len(text, bad)
    end
    return quote(text)
  end

  local function describe(raised)
    local meta = getmetatable(raised)
    local name = type(meta) == "table" and type(raised) == "table" and rawget(meta, "__name")
    local text
    if type(raised) == "table" and not (meta and meta.__tostring) then
      local told = rawget(raised, "message") or rawget(raised, "msg") or raised[1]
      text = type(told) == "string" and told or ""
    else
      local done, told = pcall(tostring, raised)
      text = done and told or ""
    end
    if type(name) == "string" then return "[" .. lossy(name) .. "," .. lossy(text) .. ',["error"]]' end
    return '["error",' .. lossy(text) .. ",[]]"
  end

  -- The entry point, or nil and the content of the answer that says why there is none.
  local function load_program(question)
    local prelude, source, name = question.prelude, question.source, question.entry
    local whole = (prelude ~= NULL and prelude or "") .. "\n" .. gsub(source, "^#[^\n]*", "")
    local chunk, fault = load(whole, "=program", "t")
    if not chunk then
      local _, own = load(prelude, "=prelude", "t")
      if own then return nil, '"prelude":' .. lossy(own) end
      return nil, '"syntax":' .. lossy(fault)
    end
    -- The entry point may be a local name of the outermost level.
    local is_name = find(name, "^[%a_][%w_]*$")
    chunk = is_name and load(whole .. "\nreturn " .. name, "=program", "t") or chunk
    local done, result = pcall(chunk)
    flush()
    if not done then return nil, '"load":' .. describe(result) end
    if type(result) == "table" then result = result[name] end
    if type(result) ~= "function" then result = globals[name] end
    if type(result) ~= "function" and type(globals.Solution) == "table" then result = globals.Solution[name] end
    -- Functions of the language are no entry points.
    if type(result) ~= "function" or describe_function(result, "S").what == "C" then return nil, '"missing":true' end
    return result
  end

  local function attempt(run)
    refused = nil
    local done, result = pcall(run)
    if done then return result end
    return nil, refused or tostring(result)
  end

  local function call(entry, given, question, types)
    local args, unfit = attempt(function()
      local args = { n = given.n }
      for i = 1, given.n do args[i] = revive(given[i]) end
      return args
    end)
    if not args then return '"unfit":' .. lossy(unfit) end
    local results = pack(pcall(entry, unpack(args, 1, args.n)))
    flush()
    local content
    if results[1] then
      local content_of = function()
        local result = results[2]
        if results.n > 2 and part(types.returns, "tuple") then result = { unpack(results, 2, results.n) } end
        return '"value":' .. encode(result, types.returns, MAX_DEPTH)
      end
      local value, invalid = attempt(content_of)
      content = value or '"invalid":' .. lossy(invalid)
    else
      content = '"raised":' .. describe(results[2])
    end
    if question.after == true then
      local after = attempt(function()
        local parts = {}
        for i = 1, args.n do parts[i] = encode(args[i], types.params[i] or "any", MAX_DEPTH) end
        return concat(parts, ",")
      end)
      content = content .. ',"after":' .. (after and "[" .. after .. "]" or "null")
    end
    return content
  end

  -- The answers to the calls of a question, or the wish to be asked one by one.
  local function answer(entry, question, types)
    local calls, answers, size = question.calls, {}, 0
    for i = 1, calls.n do
      local content = call(entry, calls[i], question, types)
      size = size + #content + 16
      if size > MAX_FRAME then
        if calls.n > 1 then return '"split":true' end
        content = '"invalid":"more than ' .. MAX_FRAME .. ' bytes"'
      end
      answers[i] = "{" .. content .. "}"
    end
    return '"answers":[' .. concat(answers, ",") .. "]"
  end

  local message = receive()
  nonce = message.nonce
  if message.op == "hello" then
    send(message.seq, '"ready":true')
    message = receive()
  end
  local types = plain(message.types)
  local entry, failure = load_program(message)
  if not entry then
    send(message.seq, failure)
    exit(0)
  end
  local first = message.calls and "," .. answer(entry, message, types) or ""
  send(message.seq, '"loaded":true' .. first)
  while true do
    local question = receive()
    send(question.seq, answer(entry, question, types))
  end
end

drive()
