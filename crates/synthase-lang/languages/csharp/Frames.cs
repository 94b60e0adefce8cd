using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Synthase {
    /// <summary>Frames on descriptor 3: four bytes of length (little-endian), then so many bytes of JSON.</summary>
    sealed class Frames {
        const int MaxFrame = 8 << 20;

        readonly FileStream channel = new FileStream(new SafeFileHandle((IntPtr)3, false), FileAccess.ReadWrite, 1, false);
        string nonce = "";
        object seq = 0L;

        /// <summary>The next question, or null when the descriptor ends.</summary>
        public Dictionary<string, object> Receive() {
            var head = Read(4);
            if (head == null) return null;
            var body = Read(head[0] | head[1] << 8 | head[2] << 16 | head[3] << 24);
            if (body == null) return null;
            var question = (Dictionary<string, object>)new Json(Encoding.UTF8.GetString(body)).Parse();
            seq = question["seq"];
            if (question.TryGetValue("nonce", out var given)) nonce = (string)given;
            return question;
        }

        byte[] Read(int count) {
            var bytes = new byte[count];
            for (var at = 0; at < count;) {
                int got;
                try {
                    got = channel.Read(bytes, at, count - at);
                } catch (IOException) {
                    // The broker went away before it had read everything.
                    return null;
                }
                if (got == 0) return null;
                at += got;
            }
            return bytes;
        }

        /// <summary>Answers the question that was received last; false if the answer is too long for a frame.</summary>
        public bool Send(string content) {
            var text = new StringBuilder("    {\"nonce\":", content.Length + 64);
            Json.Quote(text, nonce);
            text.Append(",\"seq\":").Append(seq).Append(',').Append(content).Append('}');
            var frame = Encoding.UTF8.GetBytes(text.ToString());
            var length = frame.Length - 4;
            if (length > MaxFrame) return false;
            for (var i = 0; i < 4; i++) frame[i] = (byte)(length >> 8 * i);
            channel.Write(frame, 0, frame.Length);
            channel.Flush();
            return true;
        }
    }
}
