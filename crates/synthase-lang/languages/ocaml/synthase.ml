(* The OCaml end of the conversation between the broker and a program: a module, compiled once and linked to
   every program. OCaml's types are gone when a program runs, so the types of the task choose how values are
   converted:

     int, float, bool, string    as they are called (an int has 63 bits)
     list, optional, tuple       'a list, 'a option, a tuple
     map                         an association list, ('k * 'v) list
     set                         a list without duplicates
     bytes                       bytes
     null                        unit *)

exception Unfit of string
exception Invalid of string

let max_depth = 40
let max_frame = 8 lsl 20
let max_message = 10000

(* ---- JSON ------------------------------------------------------------------------------------ *)

type json =
  | Null
  | Bool of bool
  | Number of string (* the digits as they stand *)
  | Text of string
  | List of json list
  | Object of (string * json) list

let add_code out point =
  let tail shift = Buffer.add_char out (Char.chr (0x80 lor ((point lsr shift) land 0x3f))) in
  if point < 0x80 then Buffer.add_char out (Char.chr point)
  else if point < 0x800 then (Buffer.add_char out (Char.chr (0xc0 lor (point lsr 6))); tail 0)
  else if point < 0x10000 then (Buffer.add_char out (Char.chr (0xe0 lor (point lsr 12))); tail 6; tail 0)
  else (Buffer.add_char out (Char.chr (0xf0 lor (point lsr 18))); tail 12; tail 6; tail 0)

let parse bytes =
  let at = ref 0 and length = String.length bytes in
  let peek () = if !at < length then bytes.[!at] else '\000' in
  let rec eat c =
    match peek () with
    | (' ' | '\n' | '\r' | '\t') when !at < length -> incr at; eat c
    | found when found = c && !at < length -> incr at; true
    | _ -> false
  in
  let code () =
    let digits = if !at + 4 <= length then String.sub bytes !at 4 else "fffd" in
    at := !at + 4;
    match int_of_string_opt ("0x" ^ digits) with Some n -> n | None -> 0xfffd
  in
  let text () =
    let out = Buffer.create 16 in
    while !at < length && peek () <> '"' do
      let c = peek () in
      incr at;
      if c <> '\\' then Buffer.add_char out c
      else begin
        let escape = peek () in
        incr at;
        match escape with
        | 'n' -> Buffer.add_char out '\n'
        | 'r' -> Buffer.add_char out '\r'
        | 't' -> Buffer.add_char out '\t'
        | 'b' -> Buffer.add_char out '\b'
        | 'f' -> Buffer.add_char out '\012'
        | 'u' ->
          let high = code () in
          if high >= 0xd800 && high < 0xdc00 then begin
            at := !at + 2;
            add_code out (0x10000 + ((high - 0xd800) lsl 10) + (code () - 0xdc00))
          end
          else add_code out high
        | other -> Buffer.add_char out other
      end
    done;
    incr at;
    Buffer.contents out
  in
  let rec value () =
    if eat '"' then Text (text ())
    else if eat '[' then begin
      let items = ref [] in
      while not (eat ']') && !at < length do
        items := value () :: !items;
        ignore (eat ',')
      done;
      List (List.rev !items)
    end
    else if eat '{' then begin
      let pairs = ref [] in
      while not (eat '}') && eat '"' do
        let key = text () in
        ignore (eat ':');
        pairs := (key, value ()) :: !pairs;
        ignore (eat ',')
      done;
      Object (List.rev !pairs)
    end
    else begin
      let start = !at in
      let word c = match c with '0' .. '9' | 'a' .. 'z' | 'A' .. 'Z' | '+' | '-' | '.' -> true | _ -> false in
      while !at < length && word (peek ()) do incr at done;
      match String.sub bytes start (!at - start) with
      | "" -> incr at; Null
      | "null" -> Null
      | "true" -> Bool true
      | "false" -> Bool false
      | digits -> Number digits
    end
  in
  value ()

(* The length of the character at a place, or 0 if it is no UTF-8. *)
let character text at =
  let byte i = if i < String.length text then Char.code text.[i] else 0 in
  let first = byte at and second = byte (at + 1) in
  let length =
    if first < 0x80 then 1 else if first >= 0xc2 && first < 0xe0 then 2
    else if first >= 0xe0 && first < 0xf0 then 3 else if first >= 0xf0 && first < 0xf5 then 4 else 0
  in
  let rec follows i = i >= length || (byte (at + i) land 0xc0 = 0x80 && follows (i + 1)) in
  let excluded =
    (first = 0xe0 && second < 0xa0) || (first = 0xed && second > 0x9f)
    || (first = 0xf0 && second < 0x90) || (first = 0xf4 && second > 0x8f)
  in
  if excluded || not (follows 1) then 0 else length

(* Writes a text as JSON and tells whether it was UTF-8. *)
let quote out text =
  let valid = ref true and at = ref 0 in
  Buffer.add_char out '"';
  while !at < String.length text do
    let length = character text !at in
    (match text.[!at] with
     | _ when length = 0 -> valid := false; Buffer.add_string out "\xef\xbf\xbd"
     | ('"' | '\\') as c -> Buffer.add_char out '\\'; Buffer.add_char out c
     | c when Char.code c < 0x20 -> Buffer.add_string out (Printf.sprintf "\\u%04x" (Char.code c))
     | _ -> Buffer.add_string out (String.sub text !at length));
    at := !at + max length 1
  done;
  Buffer.add_char out '"';
  !valid

let quoted text =
  let out = Buffer.create (String.length text + 2) in
  ignore (quote out text);
  Buffer.contents out

let rec show = function
  | Null -> "null"
  | Bool b -> string_of_bool b
  | Number digits -> digits
  | Text text -> quoted text
  | List items -> "[" ^ String.concat "," (List.map show items) ^ "]"
  | Object pairs -> "{" ^ String.concat "," (List.map (fun (key, value) -> quoted key ^ ":" ^ show value) pairs) ^ "}"

(* ---- JSON to arguments ----------------------------------------------------------------------- *)

let unfit json ty =
  let text = show json in
  raise (Unfit (String.sub text 0 (min 200 (String.length text)) ^ " does not fit " ^ ty))

let to_unit = function Null -> () | json -> unfit json "unit"
let to_bool = function Bool b -> b | json -> unfit json "bool"
let to_string = function Text text -> text | json -> unfit json "string"

let to_int json =
  match json with
  | Number digits | Object [ ("$int", Text digits) ] -> (
    match int_of_string_opt digits with
    (* A leading `+`, an underscore or another base cannot come from the broker. *)
    | Some n -> n
    | None -> unfit json "int")
  | _ -> unfit json "int"

let to_float json =
  match json with
  | Number digits | Object [ ("$int", Text digits) ] -> float_of_string digits
  | Object [ ("$float", Text "nan") ] -> nan
  | Object [ ("$float", Text "inf") ] -> infinity
  | Object [ ("$float", Text "-inf") ] -> neg_infinity
  | _ -> unfit json "float"

let to_bytes json =
  match json with
  | Object [ ("$bytes", Text digits) ] ->
    Bytes.init (String.length digits / 2) (fun i -> Char.chr (int_of_string ("0x" ^ String.sub digits (2 * i) 2)))
  | _ -> unfit json "bytes"

let to_list of_ json =
  match json with
  | List items | Object [ (("$set" | "$tuple"), List items) ] -> List.rev (List.rev_map of_ items)
  | _ -> unfit json "a list"

let to_option of_ = function Null -> None | Object [ ("$some", inner) ] -> Some (of_ inner) | json -> Some (of_ json)

let to_map key value json =
  let pair = function List [ k; v ] -> (key k, value v) | json -> unfit json "a pair" in
  match json with
  | Object [ ("$map", List pairs) ] -> List.map pair pairs
  | Object pairs -> List.map (fun (k, v) -> (key (Text k), value v)) pairs
  | _ -> unfit json "a map"

let parts count json =
  match json with
  | (List items | Object [ ("$tuple", List items) ]) when List.length items = count -> items
  | _ -> unfit json "a tuple of another length"

let to_tuple1 a json = match parts 1 json with [ x ] -> a x | _ -> assert false
let to_tuple2 a b json = match parts 2 json with [ x; y ] -> (a x, b y) | _ -> assert false
let to_tuple3 a b c json = match parts 3 json with [ x; y; z ] -> (a x, b y, c z) | _ -> assert false
let to_tuple4 a b c d json = match parts 4 json with [ x; y; z; u ] -> (a x, b y, c z, d u) | _ -> assert false

let to_tuple5 a b c d e json =
  match parts 5 json with [ x; y; z; u; v ] -> (a x, b y, c z, d u, e v) | _ -> assert false

(* ---- results to JSON ------------------------------------------------------------------------- *)

(* How a type is written, and whether it is an optional itself. *)
type 'a form = { optional : bool; write : Buffer.t -> int -> 'a -> unit }

let form write = { optional = false; write }
let of_unit = form (fun out _ () -> Buffer.add_string out "null")
let of_bool = form (fun out _ b -> Buffer.add_string out (string_of_bool b))

let of_string = form (fun out _ text -> if not (quote out text) then raise (Invalid "a text that is not UTF-8"))

let of_int =
  form (fun out _ n ->
      (* Larger ones are not exact as a double. *)
      if abs n <= 1 lsl 53 && n <> min_int then Buffer.add_string out (string_of_int n)
      else Buffer.add_string out (Printf.sprintf "{\"$int\":\"%d\"}" n))

let of_float =
  form (fun out _ x ->
      match classify_float x with
      | FP_nan -> Buffer.add_string out "{\"$float\":\"nan\"}"
      | FP_infinite -> Buffer.add_string out (if x > 0. then "{\"$float\":\"inf\"}" else "{\"$float\":\"-inf\"}")
      | _ ->
        let rec shortest digits =
          let text = Printf.sprintf "%.*g" digits x in
          if digits >= 17 || float_of_string text = x then text else shortest (digits + 1)
        in
        let text = shortest 15 in
        Buffer.add_string out text;
        (* `1` would read as an integer. *)
        if not (String.contains text '.' || String.contains text 'e') then Buffer.add_string out ".0")

let of_bytes =
  form (fun out _ bytes ->
      Buffer.add_string out "{\"$bytes\":\"";
      Bytes.iter (fun c -> Buffer.add_string out (Printf.sprintf "%02x" (Char.code c))) bytes;
      Buffer.add_string out "\"}")

let enclosed opened closed out depth items =
  if depth = 0 then raise (Invalid (Printf.sprintf "nested deeper than %d levels" max_depth));
  Buffer.add_string out opened;
  List.iteri (fun i item -> if i > 0 then Buffer.add_char out ','; item out (depth - 1)) items;
  Buffer.add_string out closed

let each of_ items = List.rev (List.rev_map (fun item out depth -> of_.write out depth item) items)
let of_list of_ = form (fun out depth items -> enclosed "[" "]" out depth (each of_ items))
let of_set of_ = form (fun out depth items -> enclosed "{\"$set\":[" "]}" out depth (each of_ items))

let of_map key value =
  let pair (k, v) out depth =
    Buffer.add_char out '[';
    key.write out depth k;
    Buffer.add_char out ',';
    value.write out depth v;
    Buffer.add_char out ']'
  in
  form (fun out depth pairs -> enclosed "{\"$map\":[" "]}" out depth (List.map pair pairs))

let of_option of_ =
  let write out depth = function
    | None -> Buffer.add_string out "null"
    | Some value when of_.optional ->
      Buffer.add_string out "{\"$some\":";
      of_.write out depth value;
      Buffer.add_char out '}'
    | Some value -> of_.write out depth value
  in
  { optional = true; write }

let tuple = enclosed "{\"$tuple\":[" "]}"
let part of_ value out depth = of_.write out depth value
let of_tuple1 a = form (fun out depth x -> tuple out depth [ part a x ])
let of_tuple2 a b = form (fun out depth (x, y) -> tuple out depth [ part a x; part b y ])
let of_tuple3 a b c = form (fun out depth (x, y, z) -> tuple out depth [ part a x; part b y; part c z ])

let of_tuple4 a b c d =
  form (fun out depth (x, y, z, u) -> tuple out depth [ part a x; part b y; part c z; part d u ])

let of_tuple5 a b c d e =
  form (fun out depth (x, y, z, u, v) -> tuple out depth [ part a x; part b y; part c z; part d u; part e v ])

(* ---- the call -------------------------------------------------------------------------------- *)

(* What stands in for an entry point that the program does not define. *)
let missing _ = failwith "missing"
let is_missing entry = Obj.repr entry == Obj.repr missing

(* A function of no parameters takes unit. *)
let call0 f = f ()
let call1 f a = f a
let call2 f a b = f a b
let call3 f a b c = f a b c
let call4 f a b c d = f a b c d
let call5 f a b c d e = f a b c d e
let call6 f a b c d e g = f a b c d e g
let call7 f a b c d e g h = f a b c d e g h
let call8 f a b c d e g h i = f a b c d e g h i
let arg args index = args.(index)

let raised error =
  let path = Printexc.exn_slot_name error in
  let kind = match String.rindex_opt path '.' with Some at -> String.sub path (at + 1) (String.length path - at - 1) | None -> path in
  let message = match error with Failure text | Invalid_argument text -> text | _ -> Printexc.to_string error in
  let message = String.sub message 0 (min max_message (String.length message)) in
  Printf.sprintf "[%s,%s,[]]" (quoted kind) (quoted message)

(* Bytes are the only arguments that a call can change. *)
let rec changeable = function
  | Object [ ("$bytes", _) ] -> true
  | Object pairs -> List.exists (fun (_, value) -> changeable value) pairs
  | List items -> List.exists changeable items
  | _ -> false

let answer call count json after =
  let items = match json with List items -> items | _ -> [] in
  let content =
    if List.length items <> count then "\"unfit\":\"it takes another number of arguments\""
    else
      match
        let out = Buffer.create 256 in
        call (Array.of_list items) out;
        Buffer.contents out
      with
      | value when String.length value <= max_frame -> "\"value\":" ^ value
      | _ -> "\"invalid\":\"more than 8 MiB\""
      | exception Unfit why -> "\"unfit\":" ^ quoted why
      | exception Invalid why -> "\"invalid\":" ^ quoted why
      | exception error -> "\"raised\":" ^ raised error
  in
  if not after then content
  else content ^ ",\"after\":[" ^ String.concat "," (List.map (fun json -> if changeable json then "null" else show json) items) ^ "]"

let answers call count calls after =
  let out = Buffer.create 1024 in
  Buffer.add_string out "\"answers\":[";
  List.iteri
    (fun i args ->
      if Buffer.length out <= max_frame then begin
        if i > 0 then Buffer.add_char out ',';
        Buffer.add_string out ("{" ^ answer call count args after ^ "}")
      end)
    calls;
  if Buffer.length out <= max_frame then Buffer.contents out ^ "]"
  else if List.length calls > 1 then "\"split\":true"
  else "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]"

(* ---- the conversation ------------------------------------------------------------------------ *)

external descriptor_in : int -> in_channel = "caml_ml_open_descriptor_in"
external descriptor_out : int -> out_channel = "caml_ml_open_descriptor_out"

let from_broker = descriptor_in 3
let to_broker = descriptor_out 3
let nonce = ref ""

(* Ends the process without what the program wants to be done at its end. *)
external end_process : int -> 'a = "caml_sys_exit"

let receive () =
  try
    let byte () = input_byte from_broker in
    let a = byte () in
    let b = byte () in
    let c = byte () in
    let d = byte () in
    parse (really_input_string from_broker (a lor (b lsl 8) lor (c lsl 16) lor (d lsl 24)))
  with End_of_file | Sys_error _ -> end_process 0

let get key = function Object pairs -> (match List.assoc_opt key pairs with Some value -> value | None -> Null) | _ -> Null

let ask () =
  let question = receive () in
  (match get "nonce" question with Text text -> nonce := text | _ -> ());
  question

let send question content =
  (try flush stdout; flush stderr with Sys_error _ -> ());
  let body = Printf.sprintf "{\"nonce\":%s,\"seq\":%s,%s}" (quoted !nonce) (show (get "seq" question)) content in
  let length = String.length body in
  List.iter (fun shift -> output_byte to_broker (length lsr shift)) [ 0; 8; 16; 24 ];
  output_string to_broker body;
  flush to_broker

let rec converse handle =
  let question = ask () in
  send question (if get "op" question = Text "hello" then "\"ready\":true" else handle question);
  converse handle

let serve ~missing count call =
  converse (fun question ->
      let after = get "after" question = Bool true in
      let called = match get "calls" question with List calls -> Some calls | _ -> None in
      match (get "op" question, called) with
      | _ when missing -> "\"missing\":true"
      | Text "load", None -> "\"loaded\":true"
      | Text "load", Some calls -> "\"loaded\":true," ^ answers call count calls after
      | _, Some calls -> answers call count calls after
      | _, None -> "\"answers\":[]")

(* An error of the program before its entry point could be called. *)
let () =
  Printexc.set_uncaught_exception_handler (fun error _ -> converse (fun _ -> "\"load\":" ^ raised error))
