{-# LANGUAGE FlexibleInstances, ScopedTypeVariables, UndecidableInstances #-}
-- The Haskell end of the conversation between the broker and a program: a module, compiled once and linked to
-- every program. Values are converted by the types that the program itself declares: Int, Integer and their
-- kin, Double, Float, Bool, Char, String, Text, (), lists, Maybe, tuples, Map, Set and IntMap. A result may be an
-- IO action; a Left of a text or of an error is raised.
module Synthase (Callable, Call, call, serve) where

import Control.Exception
import Control.Monad (when)
import Data.Bits (shiftL, shiftR, (.&.))
import qualified Data.Char as Char
import Data.Int (Int16, Int32, Int64, Int8)
import qualified Data.IntMap as IntMap
import Data.List (intercalate)
import qualified Data.Map as Map
import Data.Maybe (fromMaybe)
import qualified Data.Set as Set
import qualified Data.Text as Text
import Data.Typeable (typeOf)
import Data.Word (Word16, Word32, Word64, Word8)
import Foreign.C.Types (CInt (..), CSize (..))
import Foreign.Marshal.Alloc (allocaBytes)
import Foreign.Marshal.Array (peekArray, pokeArray)
import Foreign.Ptr (Ptr, plusPtr)
import Numeric (readHex, showHex)
import System.Exit (ExitCode (..))
import System.IO (hFlush, stderr, stdout)
import System.Posix.Types (CSsize (..))

maxDepth, maxFrame, maxMessage :: Int
maxDepth = 40
maxFrame = 8 * 1024 * 1024
maxMessage = 10000

-- ---- JSON -------------------------------------------------------------------------------------

data Json
  = Null
  | Boolean Bool
  | Number String -- the digits as they stand
  | Text String
  | List [Json]
  | Object [(String, Json)]

skip :: String -> String
skip = dropWhile (`elem` " \n\r\t")

parse :: String -> (Json, String)
parse input = case skip input of
  '"' : rest -> let (text, more) = parseText rest in (Text text, more)
  '[' : rest -> let (items, more) = parseItems (skip rest) in (List items, more)
  '{' : rest -> let (pairs, more) = parsePairs (skip rest) in (Object pairs, more)
  other -> case span (\c -> Char.isAlphaNum c || c `elem` "+-.") other of
    ("null", rest) -> (Null, rest)
    ("true", rest) -> (Boolean True, rest)
    ("false", rest) -> (Boolean False, rest)
    ("", rest) -> (Null, drop 1 rest)
    (digits, rest) -> (Number digits, rest)

parseItems :: String -> ([Json], String)
parseItems "" = ([], "")
parseItems (']' : rest) = ([], rest)
parseItems (',' : rest) = parseItems (skip rest)
parseItems input = (item : items, more)
  where
    (item, rest) = parse input
    (items, more) = parseItems (skip rest)

parsePairs :: String -> ([(String, Json)], String)
parsePairs "" = ([], "")
parsePairs ('}' : rest) = ([], rest)
parsePairs ('"' : input) = ((key, value) : pairs, more)
  where
    (key, afterKey) = parseText input
    (value, afterValue) = parse (drop 1 (skip afterKey))
    (pairs, more) = parsePairs (skip afterValue)
parsePairs (_ : rest) = parsePairs (skip rest)

parseText :: String -> (String, String)
parseText "" = ("", "")
parseText ('"' : rest) = ("", rest)
parseText ('\\' : 'u' : rest)
  | high >= 0xd800 && high < 0xdc00 = add (0x10000 + (high - 0xd800) * 1024 + code (drop 6 rest) - 0xdc00) (drop 10 rest)
  | otherwise = add high (drop 4 rest)
  where
    high = code rest
    code digits = case readHex (take 4 digits) of [(n, "")] -> n; _ -> 0xfffd
    add n more = let (text, end) = parseText more in (Char.chr n : text, end)
parseText ('\\' : c : rest) = (fromMaybe c (lookup c escapes) : text, end)
  where
    (text, end) = parseText rest
    escapes = [('n', '\n'), ('r', '\r'), ('t', '\t'), ('b', '\b'), ('f', '\f')]
parseText (c : rest) = let (text, end) = parseText rest in (c : text, end)

quote :: String -> ShowS
quote text = showChar '"' . foldr (\c rest -> escape c . rest) id text . showChar '"'
  where
    escape c
      | c == '"' || c == '\\' = showChar '\\' . showChar c
      | c < ' ' = showString "\\u00" . showString (if c < '\x10' then "0" else "") . showHex (Char.ord c)
      | otherwise = showChar (if surrogate c then '\xfffd' else c)

surrogate :: Char -> Bool
surrogate c = c >= '\xd800' && c < '\xe000'

display :: Json -> ShowS
display Null = showString "null"
display (Boolean b) = showString (if b then "true" else "false")
display (Number digits) = showString digits
display (Text text) = quote text
display (List items) = enclosed "[" "]" (map display items)
display (Object pairs) = enclosed "{" "}" [quote key . showChar ':' . display value | (key, value) <- pairs]

enclosed :: String -> String -> [ShowS] -> ShowS
enclosed open shut parts = showString open . separated parts . showString shut
  where
    separated [] = id
    separated [part] = part
    separated (part : rest) = part . showChar ',' . separated rest

-- ---- JSON to arguments ------------------------------------------------------------------------

-- An argument that cannot become what the entry point declares.
newtype Unfit = Unfit String deriving (Show)

instance Exception Unfit

-- A result that has no form as a value.
newtype Invalid = Invalid String deriving (Show)

instance Exception Invalid

-- The value is forced as far as it is read, so that what does not fit is known before the call.
class From a where
  from :: Json -> Either String a

  -- A list of such values; for characters that is a text.
  fromList :: Json -> Either String [a]
  fromList json = case json of
    List items -> mapM from items
    Object [(key, List items)] | key `elem` ["$set", "$tuple"] -> mapM from items
    Object [("$bytes", Text digits)] -> mapM from (bytes digits)
    _ -> unfit json "a list"
    where
      bytes (a : b : rest) = Number (show (fst (head (readHex [a, b])) :: Int)) : bytes rest
      bytes _ = []

unfit :: Json -> String -> Either String a
unfit json ty = Left (take 200 (display json "") ++ " does not fit " ++ ty)

integer :: Json -> Either String Integer
integer json = case json of
  Number digits -> whole digits
  Object [("$int", Text digits)] -> whole digits
  _ -> unfit json "an integer"
  where
    whole digits = case reads digits of
      [(n, "")] | all (`elem` "-0123456789") digits -> Right n
      _ -> unfit json "an integer"

bounded :: forall a. (Bounded a, Integral a) => Json -> Either String a
bounded json = do
  n <- integer json
  if n < toInteger (minBound :: a) || n > toInteger (maxBound :: a) then unfit json "so few bits" else Right (fromInteger n)

instance From Integer where from = integer
instance From Int where from = bounded
instance From Int8 where from = bounded
instance From Int16 where from = bounded
instance From Int32 where from = bounded
instance From Int64 where from = bounded
instance From Word where from = bounded
instance From Word8 where from = bounded
instance From Word16 where from = bounded
instance From Word32 where from = bounded
instance From Word64 where from = bounded

instance From Double where
  from json = case json of
    Number digits -> number digits
    Object [("$int", Text digits)] -> number digits
    Object [("$float", Text "nan")] -> Right (0 / 0)
    Object [("$float", Text "inf")] -> Right (1 / 0)
    Object [("$float", Text "-inf")] -> Right (-1 / 0)
    _ -> unfit json "a float"
    where
      number digits = case reads digits of
        [(x, "")] -> Right x
        _ -> unfit json "a float"

instance From Float where from json = realToFrac <$> (from json :: Either String Double)

instance From Bool where
  from (Boolean b) = Right b
  from json = unfit json "Bool"

instance From () where
  from Null = Right ()
  from json = unfit json "()"

instance From Char where
  from (Text [c]) = Right c
  from json = unfit json "Char"
  fromList (Text text) = Right text
  fromList json = unfit json "String"

instance From Text.Text where
  from (Text text) = Right (Text.pack text)
  from json = unfit json "Text"

instance From a => From [a] where from = fromList

instance From a => From (Maybe a) where
  from Null = Right Nothing
  from (Object [("$some", inner)]) = Just <$> from inner
  from json = Just <$> from json

instance (From a, Ord a) => From (Set.Set a) where from json = Set.fromList <$> listOf json

listOf :: From a => Json -> Either String [a]
listOf json = case json of
  List items -> mapM from items
  Object [("$set", List items)] -> mapM from items
  _ -> unfit json "a set"

pairsOf :: (From k, From v) => Json -> Either String [(k, v)]
pairsOf json = case json of
  Object [("$map", List pairs)] -> mapM from pairs
  Object pairs -> mapM (\(key, value) -> (,) <$> from (Text key) <*> from value) pairs
  _ -> unfit json "a map"

instance (From k, Ord k, From v) => From (Map.Map k v) where from json = Map.fromList <$> pairsOf json
instance From v => From (IntMap.IntMap v) where from json = IntMap.fromList <$> pairsOf json

parts :: Int -> Json -> Either String [Json]
parts count json = case json of
  List items | length items == count -> Right items
  Object [("$tuple", List items)] | length items == count -> Right items
  _ -> unfit json "a tuple of another length"

instance (From a, From b) => From (a, b) where
  from json = do
    ~[a, b] <- parts 2 json
    (,) <$> from a <*> from b

instance (From a, From b, From c) => From (a, b, c) where
  from json = do
    ~[a, b, c] <- parts 3 json
    (,,) <$> from a <*> from b <*> from c

instance (From a, From b, From c, From d) => From (a, b, c, d) where
  from json = do
    ~[a, b, c, d] <- parts 4 json
    (,,,) <$> from a <*> from b <*> from c <*> from d

instance (From a, From b, From c, From d, From e) => From (a, b, c, d, e) where
  from json = do
    ~[a, b, c, d, e] <- parts 5 json
    (,,,,) <$> from a <*> from b <*> from c <*> from d <*> from e

-- ---- results to JSON --------------------------------------------------------------------------

class To a where
  to :: Int -> a -> ShowS

  -- A list of such values; for characters that is a text.
  toList :: Int -> [a] -> ShowS
  toList depth items = nested "[" "]" depth (\inner -> map (to inner) items)

  -- Whether it is an optional itself.
  optional :: a -> Bool
  optional _ = False

nested :: String -> String -> Int -> (Int -> [ShowS]) -> ShowS
nested open shut depth inner
  | depth == 0 = throw (Invalid ("nested deeper than " ++ show maxDepth ++ " levels"))
  | otherwise = enclosed open shut (inner (depth - 1))

-- Larger ones are not exact as a double.
whole :: Integral a => Int -> a -> ShowS
whole _ n
  | abs (toInteger n) <= 9007199254740992 = shows (toInteger n)
  | otherwise = showString "{\"$int\":\"" . shows (toInteger n) . showString "\"}"

instance To Integer where to = whole
instance To Int where to = whole
instance To Int8 where to = whole
instance To Int16 where to = whole
instance To Int32 where to = whole
instance To Int64 where to = whole
instance To Word where to = whole
instance To Word8 where to = whole
instance To Word16 where to = whole
instance To Word32 where to = whole
instance To Word64 where to = whole

instance To Double where
  to _ x
    | isNaN x = showString "{\"$float\":\"nan\"}"
    | isInfinite x = showString (if x > 0 then "{\"$float\":\"inf\"}" else "{\"$float\":\"-inf\"}")
    | otherwise = shows x

instance To Float where to depth x = to depth (realToFrac x :: Double)
instance To Bool where to _ b = showString (if b then "true" else "false")
instance To () where to _ () = showString "null"

instance To Char where
  to depth c = toList depth [c]
  toList _ text
    | any surrogate text = throw (Invalid "a text with a lone surrogate")
    | otherwise = quote text

instance To Text.Text where to depth = toList depth . Text.unpack
instance To a => To [a] where to = toList

instance To a => To (Maybe a) where
  to _ Nothing = showString "null"
  to depth (Just value)
    | optional value = showString "{\"$some\":" . to depth value . showString "}"
    | otherwise = to depth value
  optional _ = True

instance To a => To (Set.Set a) where
  to depth items = nested "{\"$set\":[" "]}" depth (\inner -> map (to inner) (Set.toList items))

mapped :: (To k, To v) => Int -> [(k, v)] -> ShowS
mapped depth pairs = nested "{\"$map\":[" "]}" depth (\inner -> [enclosed "[" "]" [to inner k, to inner v] | (k, v) <- pairs])

instance (To k, To v) => To (Map.Map k v) where to depth = mapped depth . Map.toList
instance To v => To (IntMap.IntMap v) where to depth = mapped depth . IntMap.toList

tuple :: Int -> (Int -> [ShowS]) -> ShowS
tuple = nested "{\"$tuple\":[" "]}"

instance (To a, To b) => To (a, b) where
  to depth (a, b) = tuple depth (\d -> [to d a, to d b])

instance (To a, To b, To c) => To (a, b, c) where
  to depth (a, b, c) = tuple depth (\d -> [to d a, to d b, to d c])

instance (To a, To b, To c, To d) => To (a, b, c, d) where
  to depth (a, b, c, d) = tuple depth (\e -> [to e a, to e b, to e c, to e d])

instance (To a, To b, To c, To d, To e) => To (a, b, c, d, e) where
  to depth (a, b, c, d, e) = tuple depth (\f -> [to f a, to f b, to f c, to f d, to f e])

-- An error that a program returns as a value.
newtype Failed = Failed String

instance Show Failed where show (Failed text) = text
instance Exception Failed

instance {-# OVERLAPPABLE #-} (Show e, To a) => To (Either e a) where
  to depth = either (throw . Failed . show) (to depth)

instance {-# OVERLAPPING #-} To a => To (Either String a) where
  to depth = either (throw . Failed) (to depth)

-- ---- the call ---------------------------------------------------------------------------------

-- What a function makes of arguments: why they do not fit, or how its result is found.
class Callable f where
  apply :: f -> [Json] -> Either String (IO ShowS)

instance {-# OVERLAPPING #-} (From a, Callable r) => Callable (a -> r) where
  apply _ [] = Left "it takes another number of arguments"
  apply f (json : rest) = do
    argument <- from json
    apply (f argument) rest

instance {-# OVERLAPPING #-} To a => Callable (IO a) where
  apply action [] = Right (to maxDepth <$> action)
  apply _ _ = Left "it takes another number of arguments"

instance {-# OVERLAPPABLE #-} To a => Callable a where
  apply value [] = Right (return (to maxDepth value))
  apply _ _ = Left "it takes another number of arguments"

type Call = [Json] -> Either String (IO ShowS)

call :: Callable f => f -> Call
call = apply

raised :: SomeException -> String
raised (SomeException error') = enclosed "[" "]" [quote kind, quote (take maxMessage message), showString "[]"] ""
  where
    kind = case words (show (typeOf error')) of
      "Failed" : _ -> "Left"
      name : _ -> name
      [] -> "SomeException"
    message = displayException error'

answer :: Call -> Json -> Bool -> IO String
answer function json after = do
  let args = case json of List items -> items; _ -> []
  content <- case function args of
    Left why -> return ("\"unfit\":" ++ quote why "")
    Right result -> ended =<< try (result >>= \text -> let value = text "" in forced value)
  let shown = if after then ",\"after\":" ++ enclosed "[" "]" (map display args) "" else ""
  return ("{" ++ content ++ shown ++ "}")
  where
    forced value = do
      size <- evaluate (length value)
      return (if size > maxFrame then "\"invalid\":\"more than 8 MiB\"" else "\"value\":" ++ value)
    ended (Right content) = return content
    ended (Left error')
      | Just (Invalid why) <- fromException error' = return ("\"invalid\":" ++ quote why "")
      | Just code <- fromException error' = return ("\"exit\":" ++ show (exitCode code))
      | otherwise = do
          -- An error message may be an error itself.
          content <- try (let text = raised error' in evaluate (length text) >> return text)
          return ("\"raised\":" ++ either (\(_ :: SomeException) -> "[\"SomeException\",\"\",[]]") id content)

exitCode :: ExitCode -> Int
exitCode ExitSuccess = 0
exitCode (ExitFailure code) = code .&. 255

answers :: Call -> [Json] -> Bool -> IO String
answers function calls after = collect [] 0 calls
  where
    collect done _ [] = return ("\"answers\":[" ++ intercalate "," (reverse done) ++ "]")
    collect done size (args : rest) = do
      one <- answer function args after
      let grown = size + length one
      if grown <= maxFrame
        then collect (one : done) grown rest
        else return (if length calls > 1 then "\"split\":true" else "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]")

-- ---- the conversation -------------------------------------------------------------------------

foreign import ccall safe "read" c_read :: CInt -> Ptr Word8 -> CSize -> IO CSsize
foreign import ccall safe "write" c_write :: CInt -> Ptr Word8 -> CSize -> IO CSsize
foreign import ccall "_exit" c_exit :: CInt -> IO ()

readExactly :: Int -> IO [Word8]
readExactly count = allocaBytes (max 1 count) $ \buffer -> do
  let fill at = when (at < count) $ do
        got <- c_read 3 (buffer `plusPtr` at) (fromIntegral (count - at))
        when (got <= 0) (c_exit 0)
        fill (at + fromIntegral got)
  fill 0
  peekArray count buffer

send :: String -> Json -> String -> IO ()
send nonce question content = do
  _ <- try (hFlush stdout >> hFlush stderr) :: IO (Either SomeException ())
  let seq' = maybe "0" (`display` "") (get "seq" question)
      body = toUtf8 ("{\"nonce\":" ++ quote nonce (",\"seq\":" ++ seq' ++ "," ++ content ++ "}"))
      size = length body
      frame = [fromIntegral (size `shiftR` shift) | shift <- [0, 8, 16, 24]] ++ body
      count = size + 4
  allocaBytes count $ \buffer -> do
    pokeArray buffer frame
    let drain at = when (at < count) $ do
          put <- c_write 3 (buffer `plusPtr` at) (fromIntegral (count - at))
          when (put <= 0) (c_exit 0)
          drain (at + fromIntegral put)
    drain 0

toUtf8 :: String -> [Word8]
toUtf8 = concatMap (map fromIntegral . encode . Char.ord)
  where
    encode c
      | c < 0x80 = [c]
      | c < 0x800 = [0xc0 + c `shiftR` 6, tail' c 0]
      | c < 0x10000 = [0xe0 + c `shiftR` 12, tail' c 6, tail' c 0]
      | otherwise = [0xf0 + c `shiftR` 18, tail' c 12, tail' c 6, tail' c 0]
    tail' c shift = 0x80 + (c `shiftR` shift) .&. 0x3f

fromUtf8 :: [Word8] -> String
fromUtf8 [] = ""
fromUtf8 (a : rest)
  | a < 0x80 = Char.chr (fromIntegral a) : fromUtf8 rest
  | a < 0xe0 = more 1 (a .&. 0x1f)
  | a < 0xf0 = more 2 (a .&. 0x0f)
  | otherwise = more 3 (a .&. 0x07)
  where
    more count first =
      let (follow, end) = splitAt count rest
          point = foldl (\n b -> n `shiftL` 6 + fromIntegral (b .&. 0x3f)) (fromIntegral first) follow :: Int
       in Char.chr (min 0x10ffff point) : fromUtf8 end

get :: String -> Json -> Maybe Json
get key (Object pairs) = lookup key pairs
get _ _ = Nothing

-- | Answers the broker's questions until there are no more. Without an entry point there is nothing to call.
serve :: Maybe Call -> IO ()
serve entry = loop ""
  where
    loop known = do
      size <- readExactly 4
      frame <- readExactly (sum (zipWith (\byte shift -> fromIntegral byte `shiftL` shift) size [0, 8, 16, 24]))
      let question = fst (parse (fromUtf8 frame))
          nonce = case get "nonce" question of Just (Text text) -> text; _ -> known
          after = case get "after" question of Just (Boolean b) -> b; _ -> False
      content <- case (get "op" question, entry, get "calls" question) of
        (Just (Text "hello"), _, _) -> return "\"ready\":true"
        (_, Nothing, _) -> return "\"missing\":true"
        (Just (Text "load"), Just function, Just (List calls)) -> ("\"loaded\":true," ++) <$> answers function calls after
        (Just (Text "load"), _, _) -> return "\"loaded\":true"
        (_, Just function, Just (List calls)) -> answers function calls after
        _ -> return "\"answers\":[]"
      send nonce question content
      loop nonce
