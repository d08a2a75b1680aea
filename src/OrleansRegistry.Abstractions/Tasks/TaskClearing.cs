namespace OrleansRegistry;

/// <summary>The progress of deleting all tasks and contexts of an owner.</summary>
/// <param name="Running">False when the deletion is complete, or none was started.</param>
/// <param name="Tasks">How many tasks are deleted so far.</param>
/// <param name="Contexts">How many contexts are deleted so far.</param>
public readonly record struct TaskClearing(bool Running, long Tasks, long Contexts);
