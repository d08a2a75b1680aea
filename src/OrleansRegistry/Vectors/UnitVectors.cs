using System.Numerics.Tensors;

namespace OrleansRegistry.Vectors;

/// <summary>Vectors as they are compared: of length 1, so that the cosine of their angle is their product.</summary>
internal static class UnitVectors
{
    /// <returns>Null where the vector has no direction: it is zero, too large, or has what is no number.</returns>
    public static float[]? Of(ReadOnlySpan<float> values)
    {
        // By the largest first, as squares of small or large numbers are zero or infinite.
        var largest = values.IsEmpty ? 0 : TensorPrimitives.MaxMagnitude(values);
        largest = MathF.Abs(largest);
        if (!float.IsFinite(largest) || largest == 0)
        {
            return null;
        }

        var unit = new float[values.Length];
        TensorPrimitives.Divide(values, largest, unit);
        TensorPrimitives.Divide(unit, TensorPrimitives.Norm<float>(unit), unit);
        return unit;
    }
}
