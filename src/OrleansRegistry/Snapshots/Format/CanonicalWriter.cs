using System.Buffers;
using System.Text;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// Takes JSON in pieces and writes it as Persist does before it hashes a state: without white space, the members of each object in the order of their
/// names' bytes, text unescaped but for what JSON demands, numbers as <see cref="SerdeNumber"/> has them.
/// </summary>
/// <remarks>
/// An object whose members come in order is written as it comes. One that does not is put into order at its end: in memory, or within the buffer's
/// file where it is larger. Of the objects that are still open the names are kept in memory, up to <see cref="OpenObjects.MaxNameBytes"/>.
/// </remarks>
internal sealed partial class CanonicalWriter : IDisposable
{
    /// <summary>serde_json reads 127 levels, of which the file itself takes one.</summary>
    public const int MaxDepth = 126;

    private static readonly SearchValues<byte> EndsRun =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private readonly SpillBuffer output;
    private readonly OpenObjects open;
    private readonly Utf8Pieces utf8 = new();
    private readonly string what;
    private readonly int maxDepth;
    private readonly bool asRead;
    private readonly byte[] token = new byte[SerdeNumber.MaxLength];
    private int tokenUsed;
    private int highSurrogate;
    private long position;
    private bool atStart = true;
    private bool inName;
    private Expect expect = Expect.Value;

    /// <param name="output">Takes what is written.</param>
    /// <param name="what">What the JSON is, for errors.</param>
    /// <param name="asRead">Numbers are written as serde_json reads them, and not as they are.</param>
    public CanonicalWriter(SpillBuffer output, string what, int maxDepth = MaxDepth, bool asRead = false)
    {
        this.output = output;
        open = new OpenObjects(output, what);
        this.what = what;
        this.maxDepth = maxDepth;
        this.asRead = asRead;
    }

    private enum Expect
    {
        Value,
        ValueOrEnd,
        Name,
        NameOrEnd,
        Colon,
        CommaOrEnd,
        Text,
        Escape,
        Hex,
        LowSurrogate,
        LowSurrogateMark,
        Number,
        Literal,
        Nothing,
    }

    /// <summary>Whether a number was met that serde_json does not read as what it is.</summary>
    public bool HasInexact { get; private set; }

    /// <summary>The members of the outermost object, in order: name, and where the value lies in the output. Known once it is complete.</summary>
    public IReadOnlyList<(string Name, long From, long End)> Outermost => open.Outermost;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not JSON; what is wrong, and at which byte.</exception>
    public void Write(ReadOnlySpan<byte> json)
    {
        if (atStart && json.Length > 0)
        {
            // The byte order mark that some editors put in front.
            atStart = false;
            json = json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json[3..] : json;
        }

        if (!utf8.Check(json))
        {
            throw Invalid($"is not valid UTF-8 after byte {position:N0}");
        }

        for (var rest = json; rest.Length > 0;)
        {
            var taken = Step(rest);
            position += taken;
            rest = rest[taken..];
        }
    }

    /// <summary>The end of the JSON.</summary>
    /// <inheritdoc cref="Write"/>
    public void Complete()
    {
        if (expect is Expect.Number or Expect.Literal && open.Depth == 0)
        {
            EndToken();
        }

        if (utf8.IsCut || expect != Expect.Nothing)
        {
            throw Invalid(position == 0 ? "is empty" : "ends in the middle: it is cut off");
        }
    }

    public void Dispose() => open.Dispose();

    /// <returns>How many bytes were taken.</returns>
    private int Step(ReadOnlySpan<byte> json)
    {
        switch (expect)
        {
            case Expect.Text:
                return StepText(json);
            case Expect.Escape:
                return StepEscape(json[0]);
            case Expect.Hex:
                return StepHex(json[0]);
            case Expect.LowSurrogate:
                expect = json[0] == '\\' ? Expect.LowSurrogateMark : throw LoneSurrogate();
                return 1;
            case Expect.LowSurrogateMark:
                expect = json[0] == 'u' ? Expect.Hex : throw LoneSurrogate();
                tokenUsed = 0;
                return 1;
            case Expect.Number or Expect.Literal:
                return StepToken(json);
            default:
                return StepStructure(json);
        }
    }

    private int StepStructure(ReadOnlySpan<byte> json)
    {
        var skipped = json.IndexOfAnyExcept(" \t\r\n"u8);
        if (skipped != 0)
        {
            return skipped < 0 ? json.Length : skipped;
        }

        var first = json[0];
        switch (expect)
        {
            case Expect.Colon:
                expect = first == ':' ? Expect.Value : throw Unexpected(first, "a colon");
                output.Write((byte)':');
                return 1;
            case Expect.CommaOrEnd:
                return StepAfterValue(first);
            case Expect.Name or Expect.NameOrEnd:
                return StepName(first);
            case Expect.Nothing:
                throw Unexpected(first, "nothing more");
            default:
                return StepValue(json);
        }
    }

    private int StepAfterValue(byte first)
    {
        var isObject = open.IsObject;
        if (first == ',')
        {
            open.EndMember();
            output.Write(first);
            expect = isObject ? Expect.Name : Expect.Value;
            return 1;
        }

        if (first != (isObject ? '}' : ']'))
        {
            throw Unexpected(first, isObject ? "a comma or }" : "a comma or ]");
        }

        End();
        return 1;
    }

    private int StepName(byte first)
    {
        if (first == '}' && expect == Expect.NameOrEnd)
        {
            End();
            return 1;
        }

        if (first != '"')
        {
            throw Unexpected(first, "a member's name in quotes");
        }

        open.BeginMember();
        inName = true;
        output.Write(first);
        expect = Expect.Text;
        return 1;
    }

    private int StepValue(ReadOnlySpan<byte> json)
    {
        var first = json[0];
        switch (first)
        {
            case (byte)'{' or (byte)'[':
                if (open.Depth == maxDepth)
                {
                    throw Invalid($"nests deeper than {maxDepth} levels");
                }

                var isObject = first == '{';
                output.Write(first);
                open.Begin(isObject);
                expect = isObject ? Expect.NameOrEnd : Expect.ValueOrEnd;
                return 1;
            case (byte)']' when expect == Expect.ValueOrEnd:
                End();
                return 1;
            case (byte)'"':
                inName = false;
                output.Write(first);
                expect = Expect.Text;
                return 1;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                tokenUsed = 0;
                expect = Expect.Number;
                return StepToken(json);
            case (byte)'t' or (byte)'f' or (byte)'n':
                tokenUsed = 0;
                expect = Expect.Literal;
                return StepToken(json);
            default:
                throw Unexpected(first, "a value");
        }
    }

    private int StepToken(ReadOnlySpan<byte> json)
    {
        var length = 0;
        while (length < json.Length && IsOfToken(json[length]))
        {
            length++;
        }

        if (tokenUsed + length > token.Length)
        {
            throw Invalid($"has a number of more than {token.Length:N0} characters at byte {position:N0}");
        }

        json[..length].CopyTo(token.AsSpan(tokenUsed));
        tokenUsed += length;
        if (length < json.Length)
        {
            EndToken();
        }

        return length;
    }

    private static bool IsOfToken(byte character) =>
        char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'+' or (byte)'.';

    private void EndToken()
    {
        var text = token.AsSpan(0, tokenUsed);
        if (expect == Expect.Literal)
        {
            if (!text.SequenceEqual("true"u8) && !text.SequenceEqual("false"u8) && !text.SequenceEqual("null"u8))
            {
                throw Invalid($"has '{Encoding.ASCII.GetString(text[..Math.Min(text.Length, 20)])}' before byte {position:N0}, which is no value");
            }

            output.Write(text);
        }
        else
        {
            WriteNumber(text);
        }

        EndValue();
    }

    private void WriteNumber(ReadOnlySpan<byte> text)
    {
        if (SerdeNumber.Parse(text) is not { } number)
        {
            throw Invalid(
                $"has '{Encoding.ASCII.GetString(text[..Math.Min(text.Length, 40)])}' before byte {position:N0}, which is no number or out of range");
        }

        if (number.IsWhole)
        {
            output.Write(text);
            return;
        }

        HasInexact |= number.IsInexact;
        Span<byte> spelled = stackalloc byte[SerdeNumber.MaxFloatLength];
        output.Write(spelled[..SerdeNumber.Write(asRead ? number.Read : number.Value, spelled)]);
    }

    private void End()
    {
        var isObject = open.IsObject;
        open.End();
        output.Write(isObject ? (byte)'}' : (byte)']');
        EndValue();
    }

    private void EndValue() => expect = open.Depth == 0 ? Expect.Nothing : Expect.CommaOrEnd;

    private RegistryException Unexpected(byte found, string expected) =>
        Invalid($"is not valid JSON: at byte {position:N0} is {(found is > 0x20 and < 0x7F ? $"'{(char)found}'" : $"0x{found:X2}")}, not {expected}");

    private RegistryException Invalid(string rule) => RegistryException.Invalid(what, rule);
}
