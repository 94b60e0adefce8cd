# The R end of the conversation between the broker and a program. Frames are four bytes of length
# (little-endian), then JSON. Expected values are never sent here.
#
# R opens no descriptor by its number and a socket has no name, so frames are written through `cat`. They are read
# from the standard input, which the shell that starts R makes the socket; a process that was forked for one run
# finds another standard input, and reads through `cat` as well.
#
# R has vectors where others have single values, so the types of the signature decide what is a list. Arguments: a list
# (or tuple) whose items are all numbers, all texts or all truths is a vector, any other is a `list`; a map is a `list`
# with names; null in a vector is NA; all numbers are doubles. Results: by "any" a vector of one item without names is
# that item, names make a map, and a whole number is an integer.
local(envir = new.env(parent = baseenv()), {
  max_depth <- 40
  max_exact <- 2^53
  max_frame <- 8 * 1024^2
  program <- globalenv()
  channel <- NULL
  nonce <- ""

  # Compiling this driver would take longer than running it, so R compiles only while the program runs.
  compile_loops <- function(level) .Internal(enableJIT(level))
  compile_loops(0L)

  refuse <- function(text) stop(text, call. = FALSE)

  # ---- values to JSON text ---------------------------------------------------------------------

  # These three take a vector and give the text of each item.
  quote_text <- function(text) {
    text <- enc2utf8(text)
    if (!all(validUTF8(text))) refuse("a text that is no valid UTF-8")
    text <- gsub("([\"\\\\])", "\\\\\\1", text)
    special <- grepl("[[:cntrl:]]", text)
    if (any(special)) {
      for (code in unique(utf8ToInt(paste(gsub("[^[:cntrl:]]", "", text[special]), collapse = "")))) {
        text[special] <- gsub(intToUtf8(code), sprintf("\\u%04x", code), text[special], fixed = TRUE)
      }
    }
    paste0("\"", text, "\"")
  }

  encode_numbers <- function(value, type) {
    value <- as.numeric(value)
    finite <- is.finite(value)
    exact <- identical(type, "int") | abs(value) <= max_exact
    whole <- which(finite & value == trunc(value) & exact & !identical(type, "float"))
    text <- ifelse(value > 0, "{\"$float\":\"inf\"}", "{\"$float\":\"-inf\"}")
    text[is.na(value)] <- "null"
    text[is.nan(value)] <- "{\"$float\":\"nan\"}"
    # Adding zero turns -0 into 0.
    text[whole] <- sprintf("%.0f", value[whole] + 0)
    large <- whole[abs(value[whole]) > max_exact]
    text[large] <- paste0("{\"$int\":\"", text[large], "\"}")
    # The shortest text that reads as the same number.
    fractions <- left <- setdiff(which(finite), whole)
    for (digits in 15:17) {
      text[left] <- sprintf(paste0("%.", digits, "g"), value[left])
      left <- left[as.numeric(text[left]) != value[left]]
    }
    bare <- fractions[!grepl("[.e]", text[fractions])]
    text[bare] <- paste0(text[bare], ".0")
    text
  }

  encode_items <- function(value, type) {
    if (length(value) == 0) return(character(0))
    if (is.numeric(value)) return(encode_numbers(value, type))
    if (!is.logical(value) && !is.character(value)) refuse(paste("a vector of type", typeof(value)))
    text <- if (is.logical(value)) ifelse(value, "true", "false") else quote_text(value)
    text[is.na(value)] <- "null"
    text
  }

  type_at <- function(types, i) if (i <= length(types)) types[[i]] else "any"

  part <- function(type, name) if (is.list(type)) type[[name]] else NULL

  encode_map <- function(value, type, depth) {
    of <- part(type, "map")
    key_type <- if (is.null(of) || identical(of[[1]], "any")) "str" else of[[1]]
    item_type <- if (is.null(of)) "any" else of[[2]]
    names <- names(value)
    if (length(value) == 0) return("{}")
    if (is.null(names)) refuse("a map without names")
    keys <- vapply(names, function(name) {
      if (identical(key_type, "str")) return(quote_text(name))
      if (identical(key_type, "bool")) return(tolower(name))
      key <- suppressWarnings(as.numeric(name))
      if (is.na(key)) quote_text(name) else encode_numbers(key, key_type)
    }, "")
    items <- vapply(seq_along(value), function(i) encode(value[[i]], item_type, depth), "")
    if (all(grepl("^\"([^$]|$)", keys))) paste0("{", paste0(keys, ":", items, collapse = ","), "}")
    else paste0("{\"$map\":[", paste0("[", keys, ",", items, "]", collapse = ","), "]}")
  }

  encode_record <- function(value, fields, name, depth) {
    parts <- vapply(fields, function(field) {
      if (!(field[[1]] %in% names(value))) refuse(paste("a record without", field[[1]]))
      paste0("[", quote_text(field[[1]]), ",", encode(value[[field[[1]]]], field[[2]], depth), "]")
    }, "")
    paste0("{\"$record\":[", if (is.null(name)) "null" else quote_text(name), ",[", paste(parts, collapse = ","), "]]}")
  }

  encode_time <- function(value, type) {
    if (length(value) != 1 || is.na(value)) refuse("a vector of dates")
    if (inherits(value, "Date")) return(paste0("{\"$tag\":[\"date\",\"", format.Date(value, "%Y-%m-%d"), "\"]}"))
    text <- sub("\\.?0*$", "", format(as.POSIXct(value), "%Y-%m-%dT%H:%M:%OS6", tz = "UTC"))
    paste0("{\"$tag\":[\"datetime\",\"", text, "\"]}")
  }

  encode <- function(value, type, depth) {
    if (depth == 0) refuse(paste("nested deeper than", max_depth, "levels"))
    optional <- part(type, "optional")
    if (!is.null(optional)) {
      if (is.null(value)) return("null")
      type <- optional
    }
    sequence <- part(type, "list")
    if (is.null(sequence)) sequence <- part(type, "set")
    tuple <- part(type, "tuple")
    is_sequence <- !is.null(sequence) || !is.null(tuple)
    if (is.null(value)) return(if (is_sequence) "[]" else if (!is.null(part(type, "map"))) "{}" else "null")
    if (is.factor(value)) value <- as.character(value)
    if (inherits(value, c("Date", "POSIXt"))) return(encode_time(value, type))
    if (is.raw(value)) return(paste0("{\"$bytes\":\"", paste(format(value), collapse = ""), "\"}"))
    if (!is.vector(unclass(value)) && length(dim(value)) == 2 && is.atomic(value)) {
      value <- lapply(seq_len(nrow(value)), function(i) unname(value[i, ]))
    }
    if (is.list(value) && !is.data.frame(value) && !is.null(attr(value, "class"))) {
      fields <- part(type, "record")
      if (is.null(fields)) fields <- lapply(names(value), function(name) list(name, "any"))
      return(encode_record(value, fields, class(value)[[1]], depth - 1))
    }
    if (!is.list(value) && !is.atomic(value)) refuse(paste("a value of type", typeof(value)))
    if (!is.null(part(type, "record"))) return(encode_record(value, part(type, "record"), NULL, depth - 1))
    if (!is.null(part(type, "map"))) return(encode_map(value, type, depth - 1))
    if (!is_sequence && !is.null(names(value))) return(encode_map(value, type, depth - 1))
    if (!is_sequence && is.atomic(value) && length(value) == 1) return(encode_items(value, type))
    item_type <- function(i) if (!is.null(sequence)) sequence else type_at(tuple, i)
    if (is.atomic(value) && is.null(tuple) && !is.list(item_type(1))) {
      items <- encode_items(value, item_type(1))
    } else {
      items <- vapply(seq_along(value), function(i) encode(value[[i]], item_type(i), depth - 1), "")
    }
    text <- paste0("[", paste(items, collapse = ","), "]")
    if (!is.null(tuple)) return(paste0("{\"$tuple\":", text, "}"))
    if (!is.null(part(type, "set"))) paste0("{\"$set\":", text, "}") else text
  }

  # ---- JSON to values --------------------------------------------------------------------------

  token <- "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|[-+.0-9eE]+|true|false|null|[][{}]"

  unescape <- function(text) {
    text <- substr(text, 2, nchar(text) - 1)
    if (!grepl("\\", text, fixed = TRUE)) return(text)
    found <- gregexpr("\\\\u[dD][89abAB]..\\\\u[dD][c-fC-F]..|\\\\u....|\\\\.", text, perl = TRUE)
    regmatches(text, found) <- list(vapply(regmatches(text, found)[[1]], function(escape) {
      kind <- substr(escape, 2, 2)
      if (kind != "u") return(switch(kind, n = "\n", t = "\t", r = "\r", b = "\b", f = "\f", kind))
      code <- strtoi(substr(escape, 3, 6), 16)
      if (nchar(escape) > 6) code <- 0x10000 + (code - 0xd800) * 1024 + strtoi(substr(escape, 9, 12), 16) - 0xdc00
      # R ends a text there.
      if (code == 0) "\u{f8ff}synthase-nul\u{f8ff}" else intToUtf8(code)
    }, ""))
    text
  }

  # Lists as `list`, or as a vector of class "numbers" where they are that, maps as `list` of class "map", null as NULL.
  parse_json <- function(text) {
    tokens <- regmatches(text, gregexpr(token, text, perl = TRUE))[[1]]
    others <- which(!grepl("^[-0-9]", tokens))
    at <- 0
    value <- function() {
      at <<- at + 1
      word <- tokens[[at]]
      switch(substr(word, 1, 1),
        "\"" = unescape(word),
        "[" = {
          stop_at <- others[[findInterval(at, others) + 1]]
          if (stop_at > at + 1 && tokens[[stop_at]] == "]") {
            numbers <- as.numeric(tokens[(at + 1):(stop_at - 1)])
            at <<- stop_at
            return(structure(numbers, class = "numbers"))
          }
          items <- list()
          while (tokens[[at + 1]] != "]") items[length(items) + 1] <- list(value())
          at <<- at + 1
          items
        },
        "{" = {
          items <- list()
          names <- character(0)
          while (tokens[[at + 1]] != "}") {
            names <- c(names, value())
            items[length(items) + 1] <- list(value())
          }
          at <<- at + 1
          structure(items, names = names, class = "map")
        },
        t = TRUE,
        f = FALSE,
        n = NULL,
        as.numeric(word)
      )
    }
    value()
  }

  # A list as the vector that R programs expect, if its items are of one kind; null in it is NA.
  as_vector <- function(items, type) {
    is_scalar <- function(item) is.null(item) || (is.atomic(item) && length(item) == 1 && is.null(attributes(item)))
    scalar <- vapply(items, is_scalar, TRUE)
    of <- part(type, "list")
    of <- if (is.null(of)) "any" else of
    if (is.list(of) && !is.null(of$optional)) of <- of$optional
    if (length(items) == 0) {
      kind <- if (is.character(of)) of else "any"
      return(switch(kind, int = , float = numeric(0), str = character(0), bool = logical(0), list()))
    }
    if (is.list(of) || !all(scalar)) return(items)
    present <- Filter(Negate(is.null), items)
    kinds <- unique(vapply(present, typeof, ""))
    if (length(kinds) > 1 || identical(kinds, "raw")) return(items)
    items[vapply(items, is.null, TRUE)] <- NA
    unlist(items)
  }

  revive <- function(json, type) {
    optional <- part(type, "optional")
    if (!is.null(optional)) type <- optional
    if (is.character(json)) {
      if (grepl("\u{f8ff}synthase-nul\u{f8ff}", json, fixed = TRUE)) refuse("a text with the character U+0000")
      return(json)
    }
    if (inherits(json, "numbers")) {
      of <- part(type, "list")
      return(if (is.list(of) || is.list(part(type, "tuple"))) revive_list(json, type) else as.vector(unclass(json)))
    }
    if (is.null(json) || !is.list(json)) return(json)
    if (!inherits(json, "map")) return(revive_list(json, type))
    json <- unclass(json)
    if (length(json) == 1 && startsWith(names(json), "$")) {
      content <- json[[1]]
      return(switch(names(json),
        "$int" = refuse(paste("the integer", content, "is not exact as a number")),
        "$float" = switch(content, nan = NaN, inf = Inf, -Inf),
        "$bytes" = revive_bytes(content),
        "$tuple" = revive_list(content, type),
        "$some" = revive(content, "any"),
        "$map" = revive_map(lapply(lapply(content, `[[`, 1), key_text), lapply(content, `[[`, 2), type),
        "$record" = revive_map(lapply(content[[2]], `[[`, 1), lapply(content[[2]], `[[`, 2), "any"),
        "$tag" = revive_tagged(content[[1]], content[[2]]),
        refuse(paste("R has no value for the form", names(json)))
      ))
    }
    revive_map(names(json), json, type)
  }

  revive_bytes <- function(digits) {
    ends <- seq_len(nchar(digits) / 2) * 2
    as.raw(strtoi(substring(digits, ends - 1, ends), 16))
  }

  key_text <- function(key) {
    key <- revive(key, "any")
    if (is.null(key) || !is.atomic(key) || length(key) != 1) refuse("a key that is no text or number")
    if (is.numeric(key)) format(key, digits = 15, scientific = FALSE) else as.character(key)
  }

  revive_tagged <- function(tag, text) {
    if (tag == "date") return(as.Date(text))
    if (tag == "datetime") return(as.POSIXct(text, format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC"))
    refuse(paste("R has no value for", tag, "literals"))
  }

  revive_list <- function(json, type) {
    tuple <- part(type, "tuple")
    of <- part(type, "list")
    items <- lapply(seq_along(json), function(i) {
      revive(json[[i]], if (!is.null(of)) of else type_at(tuple, i))
    })
    as_vector(items, type)
  }

  revive_map <- function(names, json, type) {
    of <- part(type, "map")
    items <- lapply(unname(json), revive, if (is.null(of)) "any" else of[[2]])
    structure(items, names = as.character(unlist(names)))
  }

  # Types as plain lists with names.
  plain <- function(json) {
    if (!is.list(json)) return(json)
    out <- lapply(unclass(json), plain)
    out
  }

  # ---- frames ----------------------------------------------------------------------------------

  read_exactly <- function(count) {
    data <- raw(0)
    while (length(data) < count) {
      got <- readBin(channel$input, "raw", count - length(data))
      if (length(got) == 0) quit("no", runLast = FALSE)
      data <- c(data, got)
    }
    data
  }

  receive <- function() {
    count <- sum(as.integer(read_exactly(4)) * 256^(0:3))
    text <- rawToChar(read_exactly(count))
    Encoding(text) <- "UTF-8"
    unclass(parse_json(text))
  }

  send <- function(seq, content) {
    body <- charToRaw(enc2utf8(paste0("{\"nonce\":\"", nonce, "\",\"seq\":", seq, ",", content, "}")))
    length <- as.raw(length(body) %/% 256^(0:3) %% 256)
    writeBin(c(length, body), channel$output)
    flush(channel$output)
  }

  # ---- running ---------------------------------------------------------------------------------

  lossy <- function(text) {
    text <- iconv(enc2utf8(paste(as.character(text), collapse = " ")), "UTF-8", "UTF-8", sub = "?")
    quote_text(substr(text, 1, 10000))
  }

  describe <- function(error) {
    kinds <- class(error)
    message <- tryCatch(conditionMessage(error), error = function(fault) "")
    paste0("[", lossy(kinds[[1]]), ",", lossy(message), ",[", paste(vapply(kinds[-1], lossy, ""), collapse = ","), "]]")
  }

  # Gives `list(value =)` or `list(error =)`.
  attempt <- function(run) tryCatch(list(value = run()), error = function(error) list(error = error))

  # The same for the program's own code.
  attempt_program <- function(run) {
    compile_loops(3L)
    done <- attempt(run)
    compile_loops(0L)
    flush(stdout())
    done
  }

  run_text <- function(text) for (expression in text) eval(expression, program)

  parse_text <- function(text) attempt(function() parse(text = enc2utf8(text), keep.source = FALSE, encoding = "UTF-8"))

  # The entry point, or the content of the answer that says why there is none.
  load_program <- function(message) {
    for (part in c("prelude", "source")) {
      text <- if (is.null(message[[part]])) "" else message[[part]]
      parsed <- parse_text(text)
      if (!is.null(parsed$error)) {
        content <- if (part == "prelude") "\"prelude\":" else "\"syntax\":"
        return(list(failure = paste0(content, lossy(conditionMessage(parsed$error)))))
      }
      done <- attempt_program(function() run_text(parsed$value))
      if (!is.null(done$error)) {
        if (part == "source") return(list(failure = paste0("\"load\":", describe(done$error))))
        return(list(failure = paste0("\"prelude\":", lossy(conditionMessage(done$error)))))
      }
    }
    entry <- get0(message$entry, envir = program, mode = "function", inherits = FALSE)
    if (is.null(entry)) list(failure = "\"missing\":true") else list(entry = entry)
  }

  call <- function(entry, given, question, types) {
    args <- attempt(function() {
      lapply(seq_along(given), function(i) revive(given[[i]], type_at(types$params, i)))
    })
    if (!is.null(args$error)) return(paste0("\"unfit\":", lossy(conditionMessage(args$error))))
    result <- attempt_program(function() do.call(entry, args$value, quote = TRUE))
    if (is.null(result$error)) {
      encoded <- attempt(function() encode(result$value, types$returns, max_depth))
      content <- paste0("\"value\":", encoded$value)
      if (!is.null(encoded$error)) content <- paste0("\"invalid\":", lossy(conditionMessage(encoded$error)))
    } else {
      content <- paste0("\"raised\":", describe(result$error))
    }
    if (isTRUE(question$after)) {
      # R gives values, so nothing that a call does changes them.
      after <- attempt(function() {
        form <- function(i) encode(args$value[[i]], type_at(types$params, i), max_depth)
        paste0("[", paste(vapply(seq_along(args$value), form, ""), collapse = ","), "]")
      })
      content <- paste0(content, ",\"after\":", if (is.null(after$error)) after$value else "null")
    }
    content
  }

  # The answers to the calls of a question, or the wish to be asked one by one.
  answer <- function(entry, question, types) {
    answers <- character(0)
    size <- 0
    for (given in question$calls) {
      content <- call(entry, given, question, types)
      size <- size + nchar(content, "bytes") + 16
      if (size > max_frame) {
        if (length(question$calls) > 1) return("\"split\":true")
        content <- paste0("\"invalid\":\"more than ", max_frame, " bytes\"")
      }
      answers <- c(answers, paste0("{", content, "}"))
    }
    paste0("\"answers\":[", paste(answers, collapse = ","), "]")
  }

  serve <- function(input) {
    channel <<- list(input = input, output = pipe("exec cat >&3", "wb"))
    message <- receive()
    nonce <<- message$nonce
    if (message$op == "hello") {
      send(message$seq, "\"ready\":true")
      message <- receive()
    }
    types <- plain(message$types)
    loaded <- load_program(message)
    if (is.null(loaded$entry)) {
      send(message$seq, loaded$failure)
      return()
    }
    first <- if (is.null(message$calls)) "" else paste0(",", answer(loaded$entry, message, types))
    send(message$seq, paste0("\"loaded\":true", first))
    repeat {
      question <- receive()
      send(question$seq, answer(loaded$entry, question, types))
    }
  }

  if ("zygote" %in% commandArgs(trailingOnly = TRUE)) {
    # Returns only in a process that was forked for one run. This one never runs a program's text.
    dyn.load(Sys.getenv("SYNTHASE_ZYGOTE"))
    .C("synthase_serve")
    serve(pipe("exec cat <&3", "rb"))
  } else {
    serve(file("stdin", "rb"))
  }
  quit("no", runLast = FALSE)
})
