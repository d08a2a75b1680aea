using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;

namespace EmbeddedOrleans;

/// <summary>One method of a grain or observer interface: how it is called, and what its caller gets.</summary>
internal abstract class GrainMethod(MethodInfo method)
{
    private Func<object, object?[], Task>? _invoke;

    public bool ReadOnly { get; } = method.IsDefined(typeof(ReadOnlyAttribute));
    public bool AlwaysInterleave { get; } = method.IsDefined(typeof(AlwaysInterleaveAttribute));
    public bool OneWay { get; } = method.IsDefined(typeof(OneWayAttribute)) || method.ReturnType == typeof(void);

    /// <summary>The methods of <paramref name="type"/> and of the interfaces above it.</summary>
    /// <exception cref="NotSupportedException">A method returns no task, or is generic.</exception>
    public static FrozenDictionary<MethodInfo, GrainMethod> Of(Type type) => type.GetInterfaces().Append(type)
        .SelectMany(face => face.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        .ToFrozenDictionary(method => method, Create);

    /// <summary>Runs it on <paramref name="target"/>; a synchronous exception is thrown.</summary>
    public Task Invoke(object target, object?[] arguments) => (_invoke ??= Compile())(target, arguments);

    /// <summary>Sends a call and returns what the method returns: a task, a value task or nothing.</summary>
    public abstract object? Send(Reference reference, object?[] arguments);

    public override string ToString() => $"{method.DeclaringType!.FullName}.{method.Name}";

    private static GrainMethod Create(MethodInfo method)
    {
        var type = method.ReturnType;
        var result = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var known = result == typeof(Task) || result == typeof(Task<>) || result == typeof(ValueTask) || result == typeof(ValueTask<>)
            || result == typeof(void);
        return known && !method.IsGenericMethod
            ? (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<>).MakeGenericType([.. type.GetGenericArguments().DefaultIfEmpty(typeof(object))]), method)!
            : throw new NotSupportedException($"{method.DeclaringType}.{method.Name} must return a task or a value task, and must not be generic.");
    }

    private Func<object, object?[], Task> Compile()
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.Call(
            Expression.Convert(target, method.DeclaringType!),
            method,
            method.GetParameters().Select((p, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType)));
        if (method.ReturnType == typeof(void))
        {
            call = Expression.Block(call, Expression.Constant(Task.CompletedTask));
        }
        else if (method.ReturnType.IsValueType)
        {
            call = Expression.Call(call, nameof(ValueTask.AsTask), null);
        }

        return Expression.Lambda<Func<object, object?[], Task>>(Expression.Convert(call, typeof(Task)), target, arguments).Compile();
    }
}

internal sealed class GrainMethod<T>(MethodInfo method) : GrainMethod(method)
{
    private readonly Type _type = method.ReturnType;
    private readonly int _token = Array.FindIndex(method.GetParameters(), p => p.ParameterType == typeof(CancellationToken));

    public override object? Send(Reference reference, object?[] arguments)
    {
        var request = new MethodRequest<T>(this, arguments);
        if (_token >= 0 && arguments[_token] is CancellationToken { CanBeCanceled: true } token)
        {
            request.CancelBy(token);
        }

        reference.Dispatch(request);
        if (OneWay)
        {
            return _type == typeof(void) ? null : _type == typeof(ValueTask) ? default(ValueTask) : Task.CompletedTask;
        }

        return _type == typeof(ValueTask) ? new ValueTask(request.Response)
            : _type.IsValueType ? new ValueTask<T>(request.Response)
            : request.Response;
    }
}
