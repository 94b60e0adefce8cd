;; The Racket end of the conversation between the broker and a program. Frames travel on descriptor 3: four
;; bytes of length (little-endian), then JSON. Expected values are never sent here.
;;
;; Racket's values tell what they are; the types of the signature decide the rest. Lists and tuples come as lists,
;; maps as immutable hashes by `equal?`, records as hashes with symbols for keys, null as #f where the type
;; is an optional (but not of a truth) and else as (void). Back go lists and vectors as lists, pairs and several
;; results as tuples, symbols and characters as texts, and where the type says "float" any exact number as that float.
(module driver racket/base
  (require ffi/unsafe/port)

  (define max-depth 40)
  (define max-exact (expt 2 53))
  (define max-frame (* 8 1024 1024))

  (struct no-value (text))
  (define (refuse text . parts) (raise (no-value (apply format text parts))))

  ;; ---- values to JSON text -------------------------------------------------------------------

  (define (part type name) (and (hash? type) (hash-ref type name #f)))

  (define (write-text text out)
    (write-char #\" out)
    (for ([c (in-string text)])
      (define code (char->integer c))
      (cond
        [(memv c '(#\" #\\)) (write-char #\\ out) (write-char c out)]
        [(or (< code 32) (= code 127))
         (write-string "\\u00" out)
         (when (< code 16) (write-char #\0 out))
         (write-string (number->string code 16) out)]
        [else (write-char c out)]))
    (write-char #\" out))

  (define (quoted text)
    (define out (open-output-string))
    (write-text text out)
    (get-output-string out))

  (define (write-float value out)
    (cond
      [(eqv? value +nan.0) (write-string "{\"$float\":\"nan\"}" out)]
      [(eqv? value +inf.0) (write-string "{\"$float\":\"inf\"}" out)]
      [(eqv? value -inf.0) (write-string "{\"$float\":\"-inf\"}" out)]
      [else (write-string (number->string value) out)]))

  (define (write-list items type-of depth out)
    (write-char #\[ out)
    (for ([item items] [i (in-naturals)])
      (unless (eqv? i 0) (write-char #\, out))
      (encode item (type-of i) depth out))
    (write-char #\] out))

  (define (write-tuple items types depth out)
    (write-string "{\"$tuple\":" out)
    (write-list items (lambda (i) (if (< i (length types)) (list-ref types i) "any")) depth out)
    (write-string "}" out))

  (define (write-map pairs type depth out)
    (define of (or (part type 'map) '("any" "any")))
    (define (text-of value type)
      (define out (open-output-string))
      (encode value type depth out)
      (get-output-string out))
    (define entries
      (for/list ([pair (in-list pairs)])
        (cons (text-of (car pair) (car of)) (text-of (cdr pair) (cadr of)))))
    (define plain
      (for/and ([entry (in-list entries)])
        (regexp-match? #rx"^\"($|[^$])" (car entry))))
    (write-string (if plain "{" "{\"$map\":[") out)
    (for ([entry (in-list entries)] [i (in-naturals)])
      (unless (eqv? i 0) (write-char #\, out))
      (unless plain (write-char #\[ out))
      (write-string (car entry) out)
      (write-char (if plain #\: #\,) out)
      (write-string (cdr entry) out)
      (unless plain (write-char #\] out)))
    (write-string (if plain "}" "]}") out))

  (define (write-record value fields depth out)
    (define absent (string->uninterned-symbol "absent"))
    (write-string "{\"$record\":[null,[" out)
    (for ([field (in-list fields)] [i (in-naturals)])
      (define name (car field))
      (define item (hash-ref value (string->symbol name) (lambda () (hash-ref value name absent))))
      (when (eq? item absent) (refuse "a record without ~a" name))
      (unless (eqv? i 0) (write-char #\, out))
      (write-char #\[ out)
      (write-text name out)
      (write-char #\, out)
      (encode item (cadr field) depth out)
      (write-char #\] out))
    (write-string "]]}" out))

  ;; Sets are of a library that only programs load.
  (define (set-items value)
    (define loaded (module-declared? 'racket/set #f))
    (and loaded ((dynamic-require 'racket/set 'set?) value) ((dynamic-require 'racket/set 'set->list) value)))

  (define (encode value type depth out)
    (when (eqv? depth 0) (refuse "nested deeper than ~a levels" max-depth))
    (define optional (part type 'optional))
    (define inner (- depth 1))
    (cond
      [optional
       (if (or (void? value) (and (not value) (not (equal? optional "bool"))))
           (write-string "null" out)
           (encode value optional depth out))]
      [(void? value) (write-string "null" out)]
      [(boolean? value) (write-string (if value "true" "false") out)]
      [(and (equal? type "float") (exact-real? value)) (write-float (exact->inexact value) out)]
      [(exact-integer? value)
       (if (<= (abs value) max-exact)
           (write-string (number->string value) out)
           (write-string (format "{\"$int\":\"~a\"}" value) out))]
      [(flonum? value) (write-float value out)]
      [(single-flonum? value) (write-float (real->double-flonum value) out)]
      [(string? value) (write-text value out)]
      [(symbol? value) (write-text (symbol->string value) out)]
      [(char? value) (write-text (string value) out)]
      [(keyword? value) (write-text (keyword->string value) out)]
      [(bytes? value)
       (write-string "{\"$bytes\":\"" out)
       (for ([byte (in-bytes value)])
         (when (< byte 16) (write-char #\0 out))
         (write-string (number->string byte 16) out))
       (write-string "\"}" out)]
      [(and (part type 'map) (list? value) (andmap pair? value)) (write-map value type inner out)]
      [(list? value) (encode-sequence value type inner out)]
      [(vector? value) (encode-sequence (vector->list value) type inner out)]
      [(box? value) (refuse "a box")]
      [(pair? value) (write-tuple (list (car value) (cdr value)) (or (part type 'tuple) '()) inner out)]
      [(hash? value)
       (if (part type 'record)
           (write-record value (part type 'record) inner out)
           (write-map (hash->list value) type inner out))]
      [(set-items value)
       => (lambda (items)
            (write-string "{\"$set\":" out)
            (write-list items (lambda (i) (or (part type 'set) "any")) inner out)
            (write-string "}" out))]
      [else (refuse "a value like ~a" (shortened (format "~a" value)))]))

  (define (exact-real? value) (and (real? value) (exact? value)))

  (define (encode-sequence items type depth out)
    (cond
      [(part type 'tuple) => (lambda (types) (write-tuple items types depth out))]
      [else
       (define of (or (part type 'list) (part type 'set) "any"))
       (when (part type 'set) (write-string "{\"$set\":" out))
       (write-list items (lambda (i) of) depth out)
       (when (part type 'set) (write-string "}" out))]))

  (define (shortened text) (if (> (string-length text) 10000) (substring text 0 10000) text))

  ;; ---- JSON to values ------------------------------------------------------------------------

  (define null-mark (string->uninterned-symbol "null"))

  ;; Reads a value: lists as lists, maps as immutable hashes with symbols for keys, null as `null-mark`.
  (define (parse in)
    (define c (skip in))
    (cond
      [(eqv? c #\") (read-char in) (parse-string in)]
      [(eqv? c #\[)
       (read-char in)
       (let loop ([items '()])
         (case (skip in)
           [(#\]) (read-char in) (reverse items)]
           [(#\,) (read-char in) (loop items)]
           [else (loop (cons (parse in) items))]))]
      [(eqv? c #\{)
       (read-char in)
       (let loop ([items (hasheq)])
         (case (skip in)
           [(#\}) (read-char in) items]
           [(#\,) (read-char in) (loop items)]
           [else
            (read-char in)
            (define key (string->symbol (parse-string in)))
            (skip in)
            (read-char in)
            (loop (hash-set items key (parse in)))]))]
      [else
       (define word (bytes->string/latin-1 (car (regexp-match #rx#"^[-+.0-9a-zA-Z]+" in))))
       (cond
         [(equal? word "true") #t]
         [(equal? word "false") #f]
         [(equal? word "null") null-mark]
         [(regexp-match? #rx"[.eE]" word) (exact->inexact (string->number word 10 'read 'decimal-as-inexact))]
         [else (string->number word)])]))

  (define (skip in)
    (define c (peek-char in))
    (if (and (char? c) (char-whitespace? c))
        (begin (read-char in) (skip in))
        c))

  (define (parse-string in)
    (define out (open-output-string))
    (let loop ()
      (define c (read-char in))
      (cond
        [(eqv? c #\") (get-output-string out)]
        [(eqv? c #\\)
         (define kind (read-char in))
         (write-char
          (case kind
            [(#\n) #\newline]
            [(#\t) #\tab]
            [(#\r) #\return]
            [(#\b) #\backspace]
            [(#\f) #\page]
            [(#\u) (parse-code in)]
            [else kind])
          out)
         (loop)]
        [else (write-char c out) (loop)])))

  (define (parse-code in)
    (define code (string->number (read-string 4 in) 16))
    (cond
      [(<= #xD800 code #xDBFF)
       (read-string 2 in)
       (define low (string->number (read-string 4 in) 16))
       (integer->char (+ #x10000 (* (- code #xD800) #x400) (- low #xDC00)))]
      [(<= #xDC00 code #xDFFF) #\uFFFD]
      [else (integer->char code)]))

  (define (revive json type)
    (define optional (part type 'optional))
    (cond
      [(eq? json null-mark) (if (and optional (not (equal? optional "bool"))) #f (void))]
      [optional (revive json optional)]
      [(list? json) (revive-items json type)]
      [(hash? json)
       (define only (and (= (hash-count json) 1) (car (hash->list json))))
       (if (and only (regexp-match? #rx"^[$]" (symbol->string (car only))))
           (revive-form (car only) (cdr only) type)
           (revive-map (for/list ([(key item) (in-hash json)]) (cons (symbol->string key) item)) type))]
      [else json]))

  (define (revive-items items type)
    (define of (or (part type 'list) (part type 'set) "any"))
    (define types (part type 'tuple))
    (for/list ([item (in-list items)] [i (in-naturals)])
      (revive item (if (and types (< i (length types))) (list-ref types i) of))))

  (define (revive-map pairs type)
    (define of (or (part type 'map) '("any" "any")))
    (for/hash ([pair (in-list pairs)])
      (values (revive (car pair) (car of)) (revive (cdr pair) (cadr of)))))

  (define (revive-form form content type)
    (case form
      [($int) (string->number content)]
      [($float) (cond [(equal? content "nan") +nan.0] [(equal? content "inf") +inf.0] [else -inf.0])]
      [($bytes)
       (apply bytes
              (for/list ([i (in-range 0 (string-length content) 2)])
                (string->number (substring content i (+ i 2)) 16)))]
      [($tuple) (revive-items content type)]
      [($set) ((dynamic-require 'racket/set 'list->set) (revive-items content type))]
      [($some) (revive content "any")]
      [($map) (revive-map (map (lambda (pair) (cons (car pair) (cadr pair))) content) type)]
      [($record)
       (for/hash ([pair (in-list (cadr content))])
         (values (string->symbol (car pair)) (revive (cadr pair) "any")))]
      [else (refuse "Racket has no value for the form ~a" form)]))

  ;; ---- frames --------------------------------------------------------------------------------

  (define-values (from-broker to-broker) (unsafe-file-descriptor->port 3 'broker '(read write)))
  (define output (current-output-port))
  (define nonce "")

  (define end-process (exit-handler))
  (define (leave)
    (flush-output output)
    (end-process 0))

  (define (read-exactly count)
    (define data (read-bytes count from-broker))
    (if (and (bytes? data) (= (bytes-length data) count)) data (leave)))

  (define (receive)
    (define count (integer-bytes->integer (read-exactly 4) #f #f))
    (parse (open-input-bytes (read-exactly count))))

  (define (send seq content)
    (define text (string-append "{\"nonce\":" (quoted nonce) (format ",\"seq\":~a," seq) content "}"))
    (define body (string->bytes/utf-8 text))
    (write-bytes (integer->integer-bytes (bytes-length body) 4 #f #f) to-broker)
    (write-bytes body to-broker)
    (flush-output to-broker))

  ;; ---- running -------------------------------------------------------------------------------

  (define (struct-name value)
    (define name (symbol->string (vector-ref (struct->vector value) 0)))
    (regexp-replace #rx"^struct:" name ""))

  ;; The kind of what was raised, its message, and the kinds that it is a special case of.
  (define (describe raised)
    (define kinds
      (if (struct? raised)
          (let*-values ([(type hidden) (struct-info raised)])
            (let loop ([type type] [names (list (struct-name raised))])
              (if type
                  (let-values ([(name a b c d e super f) (struct-type-info type)])
                    (define text (symbol->string name))
                    (loop super (if (equal? text (car names)) names (cons text names))))
                  (reverse names))))
          '("raise")))
    (define message
      (with-handlers ([void (lambda (fault) "")])
        (if (exn? raised) (exn-message raised) (format "~a" raised))))
    (format "[~a,~a,[~a]]" (quoted (car kinds)) (quoted (shortened message)) (joined (map quoted (cdr kinds)))))

  (define (joined texts)
    (define rest (for/list ([text (in-list (if (null? texts) '() (cdr texts)))]) (string-append "," text)))
    (if (null? texts) "" (apply string-append (car texts) rest)))

  (define (exit-code value) (if (exact-integer? value) (bitwise-and value 255) 0))

  ;; Runs the program's code. Gives what `run` gives, or the content of an answer by `failed`.
  (define (guarded run failed)
    (let/ec escape
      (parameterize ([exit-handler (lambda (code) (escape (format "\"exit\":~a" (exit-code code))))])
        (with-handlers ([void (lambda (raised) (failed raised))])
          (begin0 (run) (flush-output output))))))

  ;; The language that a text names in its first line, and the text without it.
  (define (split-language text)
    (define found (regexp-match-positions #px"^(?:\\s|;[^\n]*(?:\n|$))*#lang\\s+(\\S+)" text))
    (if found
        (values (substring text (caadr found) (cdadr found)) (substring text (cdar found)))
        (values #f text)))

  ;; The program as the syntax of a module. Only S-expressions can be put together without their language's reader.
  (define (program-syntax prelude source)
    (define-values (prelude-language prelude-body) (split-language prelude))
    (define-values (language body) (split-language source))
    (define name (or language prelude-language "racket"))
    (define (forms text file)
      (define in (open-input-string text))
      (port-count-lines! in)
      (let loop ()
        (define form (read-syntax file in))
        (if (eof-object? form) '() (cons form (loop)))))
    (if (member name '("racket" "racket/base"))
        (let ([all (append (forms prelude-body 'prelude) (forms body 'program))])
          (datum->syntax #f `(module program ,(string->symbol name) ,@all)))
        (parameterize ([read-accept-reader #t] [read-accept-lang #t])
          (define in (open-input-string (string-append "#lang " name "\n" prelude-body "\n" body)))
          (read-syntax 'program in))))

  (define (is-refused-text? raised)
    (or (exn:fail:read? raised) (and (exn:fail:syntax? raised) (not (exn:missing-module? raised)))))

  (define space (make-base-empty-namespace))
  (current-namespace space)
  (namespace-require ''#%kernel)
  ;; Most programs are written in it, and it takes longer to load than anything else here; while nothing is asked
  ;; there is time for it.
  (parameterize ([current-module-declare-name (make-resolved-module-path 'empty)])
    (define text
      '(module empty racket
         (define (same x) (cond [(list? x) x] [else (let ([y x]) y)]))
         (void (same '()))))
    (eval (namespace-syntax-introduce (datum->syntax #f text))))
  (dynamic-require ''empty #f)
  (void (module->namespace ''empty))

  ;; The entry point, or the content of the answer that says why there is none.
  (define (load-program message)
    (define (text name) (let ([value (hash-ref message name "")]) (if (string? value) value "")))
    (define prelude (text 'prelude))
    (define (refused raised)
      (if (is-refused-text? raised)
          (string-append (if (prelude-fails? prelude) "\"prelude\":" "\"syntax\":")
                         (quoted (shortened (exn-message raised))))
          (format "\"load\":~a" (describe raised))))
    (parameterize ([current-module-declare-name (make-resolved-module-path 'program)])
      (define compiled
        (guarded
         (lambda () (compile (namespace-syntax-introduce (program-syntax prelude (text 'source)))))
         refused))
      (if (string? compiled)
          compiled
          (parameterize ([current-module-declare-name #f])
            (define declared
              (guarded
               (lambda ()
                 (parameterize ([current-module-declare-name (make-resolved-module-path 'program)]) (eval compiled))
                 (dynamic-require ''program #f)
                 #t)
               (lambda (raised) (format "\"load\":~a" (describe raised)))))
            (if (string? declared) declared (find-entry (string->symbol (hash-ref message 'entry))))))))

  (define (prelude-fails? prelude)
    (and (not (equal? prelude ""))
         (with-handlers ([void (lambda (raised) #t)])
           (parameterize ([current-module-declare-name (make-resolved-module-path 'prelude)])
             (compile (namespace-syntax-introduce (program-syntax "" prelude))))
           #f)))

  (define missing "\"missing\":true")

  ;; The definition of the program, exported or not; what it has from its language is none.
  (define (find-entry name)
    (with-handlers ([void (lambda (raised) missing)])
      (define inside (module->namespace ''program))
      (parameterize ([current-namespace inside])
        (define binding (identifier-binding (namespace-symbol->identifier name)))
        (define-values (module-path base) (module-path-index-split (car binding)))
        (define found (namespace-variable-value name))
        (if (and (member module-path '(#f 'program)) (procedure? found)) found missing))))

  (define (call entry given question types)
    (define params (hash-ref types 'params))
    (define (type-of i) (if (< i (length params)) (list-ref params i) "any"))
    (define args
      (with-handlers ([void (lambda (raised) (string-append "\"unfit\":" (quoted (told raised))))])
        (for/list ([arg (in-list given)] [i (in-naturals)]) (revive arg (type-of i)))))
    (if (string? args)
        args
        (string-append
         (guarded
          (lambda ()
            (define results (call-with-values (lambda () (apply entry args)) list))
            (flush-output output)
            (define result (if (= (length results) 1) (car results) results))
            (with-handlers ([void (lambda (raised) (string-append "\"invalid\":" (quoted (told raised))))])
              (define out (open-output-string))
              (write-string "\"value\":" out)
              (encode result (hash-ref types 'returns) max-depth out)
              (get-output-string out)))
          (lambda (raised) (string-append "\"raised\":" (describe raised))))
         (if (eq? (hash-ref question 'after #f) #t)
             (with-handlers ([void (lambda (raised) ",\"after\":null")])
               (define out (open-output-string))
               (write-string ",\"after\":" out)
               (write-list args type-of max-depth out)
               (get-output-string out))
             ""))))

  (define (told raised)
    (cond
      [(no-value? raised) (no-value-text raised)]
      [(exn? raised) (shortened (exn-message raised))]
      [else "its value cannot be read"]))

  ;; The answers to the calls of a question, or the wish to be asked one by one.
  (define (answer entry question types)
    (define calls (hash-ref question 'calls))
    (let loop ([left calls] [size 0] [answers '()])
      (if (null? left)
          (string-append "\"answers\":[" (joined (reverse answers)) "]")
          (let* ([content (call entry (car left) question types)]
                 [size (+ size 16 (string-utf-8-length content))]
                 [long (> size max-frame)])
            (if (and long (pair? (cdr calls)))
                "\"split\":true"
                (loop (cdr left)
                      size
                      (cons (string-append "{" (if long too-long content) "}") answers)))))))

  (define too-long (format "\"invalid\":\"more than ~a bytes\"" max-frame))

  (define (serve)
    (define first (receive))
    (set! nonce (hash-ref first 'nonce))
    (define message
      (cond
        [(equal? (hash-ref first 'op) "hello")
         (send (hash-ref first 'seq) "\"ready\":true")
         (receive)]
        [else first]))
    (define types (hash-ref message 'types))
    (define entry (load-program message))
    (define seq (hash-ref message 'seq))
    (cond
      [(string? entry) (send seq entry)]
      [else
       (define answers (if (hash-ref message 'calls #f) (string-append "," (answer entry message types)) ""))
       (send seq (string-append "\"loaded\":true" answers))
       (let loop ()
         (define question (receive))
         (send (hash-ref question 'seq) (answer entry question types))
         (loop))]))

  (serve)
  (leave))
