using System.Globalization;

namespace OrleansRegistry.Snapshots;

/// <summary>Reads the digits as serde_json does: as many as 64 bits hold; the others count as zeros before the point, and not at all after it.</summary>
internal ref struct SerdeDigits(ReadOnlySpan<byte> text)
{
    private const ulong MaxExact = 1UL << 53;
    private const int MaxExactPower = 22;
    private const int MaxPower = 308;

    private static readonly double[] Powers =
        [.. Enumerable.Range(0, MaxPower + 1).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    private readonly ReadOnlySpan<byte> text = text;
    private int at;
    private bool isNegative;
    private ulong digits;
    private long power;
    private bool isCut;
    private bool isFloat;

    public readonly bool IsWhole => !isFloat && !isCut && (isNegative ? digits is > 0 and <= 1UL << 63 : true);

    /// <summary>Digits and power are floats themselves, so that the one operation on them gives the nearest float.</summary>
    public readonly bool IsExact => !isCut && digits <= MaxExact && Math.Abs(power) <= MaxExactPower;

    /// <returns>False where the text is no number.</returns>
    public bool Run()
    {
        isNegative = Take('-');
        var first = at;
        while (TryDigit(out var digit))
        {
            if (!isCut && TryAdd(digit))
            {
                continue;
            }

            isCut = true;
            power++;
        }

        var length = at - first;
        if (length == 0 || (length > 1 && text[first] == '0') || !RunFraction())
        {
            return false;
        }

        return (!Take('e') && !Take('E') ? true : RunExponent()) && at == text.Length;
    }

    public readonly double Approximate()
    {
        var value = (double)digits;
        var left = power;
        while (value != 0 && left < -MaxPower)
        {
            value /= Powers[MaxPower];
            left += MaxPower;
        }

        if (value != 0)
        {
            value = left > MaxPower ? double.PositiveInfinity : Scale(value, (int)left);
        }

        return isNegative ? -value : value;
    }

    private static double Scale(double value, int power) => power >= 0 ? value * Powers[power] : value / Powers[-power];

    private bool RunFraction()
    {
        if (!Take('.'))
        {
            return true;
        }

        isFloat = true;
        var first = at;
        var isFull = false;
        while (TryDigit(out var digit))
        {
            if (!isFull && TryAdd(digit))
            {
                power--;
            }
            else
            {
                isFull = true;
                isCut = true;
            }
        }

        return at > first;
    }

    private bool RunExponent()
    {
        isFloat = true;
        var isSmall = Take('-');
        if (!isSmall)
        {
            Take('+');
        }

        var first = at;
        var exponent = 0L;
        while (TryDigit(out var digit))
        {
            exponent = Math.Min((exponent * 10) + digit, int.MaxValue);
        }

        power += isSmall ? -exponent : exponent;
        return at > first;
    }

    private bool TryAdd(int digit)
    {
        if (digits > ulong.MaxValue / 10 || (digits == ulong.MaxValue / 10 && digit > (int)(ulong.MaxValue % 10)))
        {
            return false;
        }

        digits = (digits * 10) + (uint)digit;
        return true;
    }

    private bool TryDigit(out int digit)
    {
        digit = at < text.Length ? text[at] - '0' : -1;
        if (digit is < 0 or > 9)
        {
            return false;
        }

        at++;
        return true;
    }

    private bool Take(char character)
    {
        if (at == text.Length || text[at] != character)
        {
            return false;
        }

        at++;
        return true;
    }
}
