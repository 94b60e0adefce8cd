# The Perl end of the conversation between the broker and a program. Frames travel on descriptor 3: four
# bytes of length (little-endian), then JSON. Expected values are never sent here.
#
# A Perl scalar does not say whether it is a number, a text or a truth, so the types of the signature decide. By
# "any" a scalar is a truth or a number if it was made as one (before Perl 5.36: a number if it was ever used as
# one), else a text; a number without a fraction is an integer. Lists and tuples are references to arrays, maps and
# records references to hashes. A function whose type is a scalar is called in scalar context, any other in list
# context, where several values, or values that are no references, are the list or the map that the type says.
# No value where the type says "bool" is false. Texts are characters, in the program's source as well.
#
# An error is of the class of the object that was thrown; a text that was thrown is of the kind "die".

# Before everything else, so that a program sees none of the names below.
package main;
sub Synthase::Driver::run_text { eval $_[0] }

package Synthase::Driver;
use strict;
no warnings;

my ($max_depth, $max_exact, $max_frame) = (40, 9007199254740992, 8 << 20);
my ($nonce, $compiled) = ("");
my $no_value = "Synthase::NoValue";
my $channel;
my $is_bool = $] >= 5.036 ? \&builtin::is_bool : sub { 0 };
my $is_number =
    $] >= 5.036
    ? \&builtin::created_as_number
    : sub { my $none = ""; my $value = $_[0]; length($none & $value) && $value * 0 == 0 };
my %TRUTH = (true => !!1, false => !!0, null => undef);
my %ESCAPE = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f");

sub refuse { die bless { text => $_[0] }, $no_value }

# ---- values to JSON text -----------------------------------------------------------------------

sub encode_text {
    my $text = "$_[0]";
    refuse("a text with a lone surrogate") if $text =~ /[\x{d800}-\x{dfff}]/;
    $text =~ s/(["\\])/\\$1/g;
    $text =~ s/([^ -~])/my $code = ord $1; $code < 0x10000 ? sprintf "\\u%04x", $code
        : sprintf "\\u%04x\\u%04x", 0xd800 + (($code - 0x10000) >> 10), 0xdc00 + (($code - 0x10000) & 0x3ff)/ge;
    return "\"$text\"";
}

# The shortest text that reads as the same number.
sub float_text {
    my ($value) = @_;
    return '{"$float":"nan"}' if $value != $value;
    return '{"$float":"' . ($value > 0 ? "inf" : "-inf") . '"}' if $value * 0 != 0;
    my $text;
    for my $digits (15 .. 17) {
        $text = sprintf "%.${digits}g", $value;
        last if $text == $value;
    }
    return $text =~ /[.e]/ ? $text : "$text.0";
}

sub encode_number {
    my ($value, $type) = @_;
    return float_text($value) if $type eq "float" || $value * 0 != 0 || $value != int $value;
    return float_text($value) if $type ne "int" && abs($value) >= 2**64;
    my $text = $value =~ /\A-?\d+\z/ ? "$value" : sprintf "%.0f", $value;
    $text = "0" if $text eq "-0";
    return abs($value) <= $max_exact ? $text : "{\"\$int\":\"$text\"}";
}

sub looks_like_number { $_[0] =~ /\A\s*[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|inf(?:inity)?|nan)\s*\z/i }

sub part_of { ref $_[0] ? $_[0]{$_[1]} : undef }

sub encode {
    my ($value, $type, $depth) = @_;
    refuse("nested deeper than $max_depth levels") if $depth == 0;
    $type = part_of($type, "optional") if part_of($type, "optional");
    if (!defined $value) { return $type eq "bool" && !ref $type ? "false" : "null" }
    my $kind = ref $value;
    if ($kind eq "") {
        if ($type eq "str") { return encode_text($value) }
        if ($type eq "bool") { return $value ? "true" : "false" }
        if ($type eq "bytes" && $value !~ /[^\x00-\xff]/) { return '{"$bytes":"' . unpack("H*", $value) . '"}' }
        if ($type eq "int" || $type eq "float") {
            return encode_number($value eq "" ? 0 : 0 + $value, $type) if looks_like_number($value) || $is_bool->($value);
            return encode_text($value);
        }
        return $value ? "true" : "false" if $is_bool->($value);
        return $is_number->($value) ? encode_number($value, $type) : encode_text($value);
    }
    return encode_array($value, $type, $depth - 1) if $kind eq "ARRAY";
    return encode_hash($value, $type, $depth - 1) if $kind eq "HASH";
    if ($kind eq "Math::BigInt" && "$value" =~ /\A-?\d+\z/) {
        return abs($value) <= $max_exact ? "$value" : "{\"\$int\":\"$value\"}";
    }
    return $$value ? "true" : "false" if $kind eq "SCALAR" && $type eq "bool";
    if (UNIVERSAL::isa($value, "HASH") && $kind =~ /^[A-Z].*|::/ && $kind !~ /^(?:CODE|Regexp|GLOB)$/) {
        return encode_record($kind, $value, part_of($type, "record"), $depth - 1);
    }
    refuse("a reference to $kind");
}

sub encode_array {
    my ($value, $type, $depth) = @_;
    my ($tuple, $of, $i) = (part_of($type, "tuple"), part_of($type, "list") || part_of($type, "set") || "any", 0);
    my $text = join ",", map { encode($_, $tuple ? $tuple->[$i++] || "any" : $of, $depth) } @$value;
    return $tuple ? "{\"\$tuple\":[$text]}" : part_of($type, "set") ? "{\"\$set\":[$text]}" : "[$text]";
}

sub encode_hash {
    my ($value, $type, $depth) = @_;
    return encode_record(undef, $value, part_of($type, "record"), $depth) if part_of($type, "record");
    my ($key_type, $item_type) = @{part_of($type, "map") || ["str", "any"]};
    $key_type = "str" if $key_type eq "any";
    my ($plain, @pairs) = (1);
    for my $key (sort keys %$value) {
        my $text = encode($key, $key_type, $depth);
        $plain &&= $text =~ /^"(?!\$)/;
        push @pairs, [$text, encode($value->{$key}, $item_type, $depth)];
    }
    return $plain
        ? "{" . join(",", map {"$_->[0]:$_->[1]"} @pairs) . "}"
        : '{"$map":[' . join(",", map {"[$_->[0],$_->[1]]"} @pairs) . "]}";
}

sub encode_record {
    my ($name, $value, $fields, $depth) = @_;
    $fields ||= [map { [$_, "any"] } sort keys %$value];
    my @parts = map {
        my ($field, $type) = @$_;
        refuse("a record without $field") if !exists $value->{$field};
        "[" . encode_text($field) . "," . encode($value->{$field}, $type, $depth) . "]"
    } @$fields;
    return '{"$record":[' . (defined $name ? encode_text($name) : "null") . ",[" . join(",", @parts) . "]]}";
}

# ---- JSON to values ----------------------------------------------------------------------------

# Reads the text in `$_` from its `pos`.
sub parse_string {
    my $text = "";
    while (1) {
        if (/\G([^"\\]+)/gc) { $text .= $1 }
        elsif (/\G"/gc) { return $text }
        elsif (/\G\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)/gc) {
            $text .= chr(0x10000 + ((hex($1) - 0xd800) << 10) + hex($2) - 0xdc00);
        }
        elsif (/\G\\u(....)/gc) { $text .= chr hex $1 }
        elsif (/\G\\(.)/gc) { $text .= $ESCAPE{$1} // $1 }
        else { die "no JSON" }
    }
}

sub parse {
    /\G\s+/gc;
    return parse_string() if /\G"/gc;
    if (/\G(-?\d+(\.\d+)?([eE][-+]?\d+)?)/gc) { return 0 + $1 }
    if (/\G(true|false|null)/gc) { return $TRUTH{$1} }
    if (/\G\[\s*/gc) {
        my @items;
        until (/\G\s*\]/gc) { push @items, parse(); /\G\s*,/gc }
        return \@items;
    }
    if (/\G\{\s*/gc) {
        my %items;
        until (/\G\s*\}/gc) {
            /\G\s*"/gc or die "no JSON";
            my $key = parse_string();
            /\G\s*:/gc or die "no JSON";
            $items{$key} = parse();
            /\G\s*,/gc;
        }
        return \%items;
    }
    die "no JSON";
}

# Turns the forms with a `$` key into the values that they stand for.
sub revive {
    my ($json) = @_;
    return [map { revive($_) } @$json] if ref $json eq "ARRAY";
    return $json if ref $json ne "HASH";
    my ($name) = keys %$json;
    return {map { $_ => revive($json->{$_}) } keys %$json} if keys %$json != 1 || $name !~ /^\$/;
    my $content = $json->{$name};
    if ($name eq '$int') {
        my $value = $content + 0;
        my $short = length $content < 19 || $content =~ /^-/;
        my $fits = "$value" eq $content && ($short || $content le "9223372036854775807");
        refuse("the integer $content needs more than 64 bits") if !$fits;
        return $value;
    }
    return $content eq "nan" ? 9**9**9 / 9**9**9 : $content eq "inf" ? 9**9**9 : -9**9**9 if $name eq '$float';
    return pack "H*", $content if $name eq '$bytes';
    return revive($content) if $name eq '$some' || $name eq '$tuple';
    return {map { key_of(revive($_->[0])) => revive($_->[1]) } @$content} if $name eq '$map';
    return {map { $_->[0] => revive($_->[1]) } @{$content->[1]}} if $name eq '$record';
    refuse("Perl has no value for the form $name");
}

sub key_of { !defined $_[0] || ref $_[0] ? refuse("a key that is no text or number") : $_[0] }

# ---- frames ------------------------------------------------------------------------------------

sub read_exactly {
    my ($left, $data) = ($_[0], "");
    while ($left > 0) {
        my $got = sysread $channel, $data, $left, length $data;
        next if !defined $got && $!{EINTR};
        leave() if !$got;
        $left -= $got;
    }
    return $data;
}

sub receive {
    local $_ = read_exactly(unpack "V", read_exactly(4));
    utf8::decode($_);
    return parse();
}

sub send_answer {
    my ($seq, $content) = @_;
    my $frame = "{\"nonce\":\"$nonce\",\"seq\":$seq,$content}";
    $frame = pack("V", length $frame) . $frame;
    for (my $at = 0; $at < length $frame;) {
        my $sent = syswrite $channel, $frame, length($frame) - $at, $at;
        leave() if !defined $sent;
        $at += $sent;
    }
}

sub leave {
    flush();
    exit 0;
}

# ---- running -----------------------------------------------------------------------------------

sub flush {
    for my $stream (*STDOUT, *STDERR) {
        my $before = select $stream;
        my $old = $|;
        $| = 1;
        $| = $old;
        select $before;
    }
}

sub lossy {
    my $text = substr "$_[0]", 0, 10000;
    $text =~ s/[\x{d800}-\x{dfff}]/\x{fffd}/g;
    return encode_text($text);
}

# A class and those that it is a special case of, the nearest first.
sub ancestry {
    my ($class, $seen) = (@_, {});
    no strict "refs";
    return $seen->{$class}++ ? () : ($class, map { ancestry($_, $seen) } @{"${class}::ISA"});
}

sub describe {
    my ($error) = @_;
    my $kind = ref $error;
    if ($kind eq "" || $kind =~ /^(?:ARRAY|HASH|CODE|SCALAR|REF)$/) {
        $error =~ s/\n\z// if $kind eq "";
        return "[\"die\"," . lossy($error) . ",[]]";
    }
    my ($own, @bases) = ancestry($kind);
    my $message = eval { UNIVERSAL::can($error, "message") ? $error->message : "$error" } // "";
    return "[" . lossy($own) . "," . lossy($message) . ",[" . join(",", map { lossy($_) } @bases) . "]]";
}

sub mark_compiled { $compiled = 1 }

# The entry point, or the content of the answer that says why there is none.
sub load_program {
    my ($message) = @_;
    my $prelude = $message->{prelude} // "";
    my $text = join "\n", "UNITCHECK { Synthase::Driver::mark_compiled() }", '#line 1 "prelude.pl"', $prelude,
        ';', '#line 1 "program.pl"', $message->{source}, ";1";
    utf8::upgrade($text);
    $compiled = 0;
    my $done = run_text($text);
    my $error = $@;
    flush();
    # A text may end before our own last line does (`__END__`).
    if (ref $error || $error ne "") {
        my $of_prelude = !ref $error && $error =~ /at (prelude|program)\.pl line/ && $1 eq "prelude";
        # What is left open there is noticed only at the end. It is compiled by itself and not run.
        $of_prelude ||= !$compiled && $prelude ne "" && !run_text("return 1;\n$prelude\n;");
        return (undef, '"prelude":' . lossy($error)) if $of_prelude;
        return (undef, '"syntax":' . lossy($error)) if !$compiled && !ref $error && $error !~ /^BEGIN failed/m;
        return (undef, '"load":' . describe($error));
    }
    no strict "refs";
    for my $package ("main", "Solution") {
        my $name = "${package}::$message->{entry}";
        return (\&$name, undef) if defined &$name;
    }
    return (undef, '"missing":true');
}

# What an entry point gives, in the context that the type asks for.
sub outcome {
    my ($entry, $args, $type) = @_;
    $type = part_of($type, "optional") || $type;
    return scalar $entry->(@$args) if !ref $type && $type ne "any" || part_of($type, "tag");
    my @values = $entry->(@$args);
    my $several = @values != 1 || !ref $values[0] && ref $type && defined $values[0];
    return $values[0] if !$several;
    return {@values} if (part_of($type, "map") || part_of($type, "record")) && @values % 2 == 0;
    return @values == 0 && !part_of($type, "list") ? undef : \@values;
}

sub call {
    my ($entry, $given, $question, $types) = @_;
    my ($content, $result);
    my $args = eval { revive($given) };
    return '"unfit":' . lossy($@->{text} // $@) if !$args;
    if (eval { $result = outcome($entry, $args, $types->{returns}); 1 }) {
        flush();
        $content = eval { '"value":' . encode($result, $types->{returns}, $max_depth) };
        $content = '"invalid":' . lossy(ref $@ eq $no_value ? $@->{text} : $@) if !defined $content;
    }
    else {
        my $error = $@;
        flush();
        $content = '"raised":' . describe($error);
    }
    if ($question->{after}) {
        my $i = 0;
        my $after = eval { join ",", map { encode($_, $types->{params}[$i++] || "any", $max_depth) } @$args };
        $content .= ',"after":' . (defined $after ? "[$after]" : "null");
    }
    return $content;
}

# The answers to the calls of a question, or the wish to be asked one by one.
sub answer {
    my ($entry, $question, $types) = @_;
    my ($size, @answers) = (0);
    for my $given (@{$question->{calls}}) {
        my $content = call($entry, $given, $question, $types);
        $size += 16 + length $content;
        if ($size > $max_frame) {
            return '"split":true' if @{$question->{calls}} > 1;
            $content = "\"invalid\":\"more than $max_frame bytes\"";
        }
        push @answers, "{$content}";
    }
    return '"answers":[' . join(",", @answers) . "]";
}

sub serve {
    open $channel, "+<&=", 3 or die "descriptor 3: $!";
    binmode $channel;
    binmode STDOUT, ":utf8";
    my $message = receive();
    $nonce = $message->{nonce};
    if ($message->{op} eq "hello") {
        send_answer($message->{seq}, '"ready":true');
        $message = receive();
    }
    my $types = $message->{types};
    my ($entry, $failure) = load_program($message);
    if (!$entry) {
        send_answer($message->{seq}, $failure);
        leave();
    }
    my $first = $message->{calls} ? "," . answer($entry, $message, $types) : "";
    send_answer($message->{seq}, "\"loaded\":true$first");
    while (1) {
        my $question = receive();
        send_answer($question->{seq}, answer($entry, $question, $types));
    }
}

serve();
