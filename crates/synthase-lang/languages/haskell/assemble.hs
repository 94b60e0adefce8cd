-- Makes a module of a program's text, so that what calls it can import it whatever the text is called:
--
--   assemble call            Program.hs, with prelude.hs before it; the file `entry` tells the entry point
--   assemble alone FILE      Program.hs from a text
module Main (main) where

import Data.Char (isAlphaNum)
import Data.List (isInfixOf, isPrefixOf, stripPrefix)
import System.Environment (getArgs)
import System.IO

main :: IO ()
main = do
  args <- getArgs
  case args of
    ["alone", file] -> do
      source <- load file
      store "Program.hs" (assemble "" source)
    _ -> do
      source <- load "Program.hs"
      prelude <- load "prelude.hs"
      entry <- head . lines <$> load "entry"
      store "Program.hs" (assemble prelude source)
      if any (defines entry) (lines source ++ lines prelude) then return () else store "Main.hs" missing

load :: FilePath -> IO String
load path = do
  file <- openFile path ReadMode
  hSetEncoding file utf8
  text <- hGetContents file
  length text `seq` return text

store :: FilePath -> String -> IO ()
store path text = withFile path WriteMode (\file -> hSetEncoding file utf8 >> hPutStr file text)

missing :: String
missing = "module Main (main) where\nimport qualified Synthase\nmain :: IO ()\nmain = Synthase.serve Nothing\n"

-- Pragmas come before the module's head, and imports of the prelude before those of the program.
assemble :: String -> String -> String
assemble prelude source = unlines (pragmas ++ ["module Program where"] ++ before ++ ["{-# LINE 1 \"program.hs\" #-}"] ++ body)
  where
    (pragmas1, rest1) = hoist (lines prelude)
    (pragmas2, rest2) = hoist (lines source)
    pragmas = pragmas1 ++ pragmas2
    before = behead rest1
    body = behead rest2

-- The pragmas of a text, and the text with empty lines in their place.
hoist :: [String] -> ([String], [String])
hoist [] = ([], [])
hoist (line : rest)
  | any (`isPrefixOf` line) ["{-# LANGUAGE", "{-# language", "{-# OPTIONS"] =
      let (middle, end) = if "#-}" `isInfixOf` line then ([], rest) else upTo "#-}" rest
          (pragmas, others) = hoist end
       in (line : middle ++ pragmas, map (const "") (line : middle) ++ others)
  | otherwise = let (pragmas, others) = hoist rest in (pragmas, line : others)

upTo :: String -> [String] -> ([String], [String])
upTo word text = let (before, rest) = break (word `isInfixOf`) text in (before ++ take 1 rest, drop 1 rest)

-- The text without the head of its module.
behead :: [String] -> [String]
behead [] = []
behead (line : rest)
  | "module " `isPrefixOf` line = case cut line of
      Just end -> end : rest
      Nothing -> case break (maybe False (const True) . cut) rest of
        (before, final : others) -> "" : map (const "") before ++ maybe "" id (cut final) : others
        _ -> line : rest
  | otherwise = line : behead rest

-- What follows the word `where`.
cut :: String -> Maybe String
cut = go ' '
  where
    go _ "" = Nothing
    go previous text@(c : rest) = case stripPrefix "where" text of
      Just end | not (name previous) && not (any name (take 1 end)) -> Just end
      _ -> go c rest

name :: Char -> Bool
name c = isAlphaNum c || c == '_' || c == '\''

-- Whether a line begins a definition of a name or tells its type.
defines :: String -> String -> Bool
defines entry line = case stripPrefix entry line of
  Just end -> not (any name (take 1 end))
  Nothing -> "::" `isInfixOf` line && entry `elem` names (takeWhile (/= ':') line)
  where
    names text = case dropWhile (not . name) text of
      "" -> []
      word -> let (first, more) = span name word in first : names more
