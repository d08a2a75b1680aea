using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansRegistry.Directory;

/// <summary>
/// What is called of USearch's C interface. Its own classes for .NET cannot reserve memory, without which several threads may not add, nor tell how much
/// there is.
/// </summary>
internal static partial class USearch
{
    /// <summary>The cosine of the angle, which no length has a part in.</summary>
    public const int Cosine = 1;

    /// <summary>A signed byte for each dimension.</summary>
    public const int SignedByte = 4;

    private const string Library = "libusearch_c";

    [LibraryImport(Library, EntryPoint = "usearch_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial Handle Make(in Options options, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_reserve")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial void Reserve(Handle index, nuint capacity, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_change_threads_add")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial void SetAddingThreads(Handle index, nuint threads, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_change_threads_search")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial void SetSearchingThreads(Handle index, nuint threads, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_capacity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial nuint CapacityOf(Handle index, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_size")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial nuint SizeOf(Handle index, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_memory_usage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial nuint BytesOf(Handle index, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_add")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial void Add(Handle index, ulong key, ReadOnlySpan<sbyte> vector, int kind, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_search")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    public static partial nuint Search(
        Handle index, ReadOnlySpan<sbyte> query, int kind, nuint most, Span<ulong> keys, Span<float> distances, out nint error);

    [LibraryImport(Library, EntryPoint = "usearch_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void Free(nint index, out nint error);

    /// <exception cref="InvalidOperationException">The last call failed.</exception>
    public static void Check(nint error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"USearch failed: {Marshal.PtrToStringUTF8(error)}");
        }
    }

    /// <summary>As the C interface has them; 0 is for a default.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Options
    {
        public int Metric;
        public nint OwnMetric;
        public int Scalar;
        public nuint Dimensions;
        public nuint Links;
        public nuint WidthOfAdding;
        public nuint WidthOfSearching;
        public byte HasManyOfKey;
    }

    /// <summary>An index; freed once the last call that uses it has ended.</summary>
    public sealed class Handle : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Handle()
            : base(ownsHandle: true)
        {
        }

        protected override bool ReleaseHandle()
        {
            Free(handle, out var error);
            return error == 0;
        }
    }
}
